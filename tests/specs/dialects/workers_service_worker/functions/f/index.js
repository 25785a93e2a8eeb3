addEventListener("fetch", (event) => {
  event.passThroughOnException();
  event.respondWith(handle(event));
});

async function handle(event) {
  const { pathname, search } = new URL(event.request.url);
  event.waitUntil((async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    console.log("after the answer");
  })());
  return new Response(`${event.request.method} ${pathname}${search} ${GREETING}`);
}
