export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const body = new ReadableStream({ start(c) {
    c.enqueue('a');
    c.close();
  } });
  ctx.waitUntil((async () => {
    try {
      body.getReader();
      await body.cancel();
    } catch {}
  })());
  return new Response(body);
};
