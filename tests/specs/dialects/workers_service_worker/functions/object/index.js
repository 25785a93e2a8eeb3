addEventListener("fetch", { handleEvent: (event) => event.respondWith(new Response("handleEvent")) });
addEventListener("scheduled", () => {});
