addEventListener("fetch", (event) => {
  let name = "";
  event.respondWith(new Promise((resolve) => setTimeout(() => resolve(new Response(name)), 1)));
  try {
    event.respondWith(new Response("second"));
  } catch (error) {
    name = error.name;
  }
});
