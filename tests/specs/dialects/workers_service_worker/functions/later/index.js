self.addEventListener("fetch", (event) => {
  event.respondWith(new Promise((resolve) => setTimeout(() => resolve(new Response("later")), 5)));
});
