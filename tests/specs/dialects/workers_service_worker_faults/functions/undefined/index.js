addEventListener("fetch", (event) => event.respondWith(undefined));
