addEventListener("fetch", (event) => event.respondWith(Promise.reject(new Error("from the promise"))));
