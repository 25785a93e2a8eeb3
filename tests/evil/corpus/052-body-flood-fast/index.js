export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const piece = new Uint8Array(1 << 16);
  return new ReadableStream({ pull: (c) => c.enqueue(piece) });
};
