export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new ReadableStream({ start(c) {
    for (;;) c.enqueue(new Uint8Array(1 << 16));
  } });
};
