let asked = 0;
addEventListener("fetch", () => { asked++; });
addEventListener("fetch", (event) => event.respondWith(new Response(`second of ${++asked}`)));
addEventListener("fetch", (event) => event.respondWith(new Response("third")));
