export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const { writable } = new TransformStream({}, { highWaterMark: Infinity }, { highWaterMark: Infinity });
  const writer = writable.getWriter();
  for (;;) await writer.write(new Uint8Array(1 << 16).fill(1));
};
