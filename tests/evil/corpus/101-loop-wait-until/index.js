export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  ctx.waitUntil((async () => {
    await new Promise((wake) => setTimeout(wake, 50));
    for (;;);
  })());
  return 'answered';
};
