export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const piece = new Uint8Array(1 << 20);
  let left = 10240;
  return new ReadableStream({ pull: (c) => (left-- > 0 ? c.enqueue(piece) : c.close()) });
};
