addEventListener("fetch", async (event) => {
  await null;
  event.respondWith(new Response("late"));
});
