export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let sent = 0;
  return new ReadableStream({ pull(c) {
    if (sent++ === 1) for (;;);
    c.enqueue(new Uint8Array(1 << 16));
  } });
};
