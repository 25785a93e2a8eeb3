export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let stream = new Blob([new Uint8Array(1 << 20)]).stream();
  for (let i = 0; i < 100; i++) stream = stream.pipeThrough(new CompressionStream(i % 2 ? 'gzip' : 'deflate-raw'));
  for (let i = 0; i < 100; i++) stream = stream.pipeThrough(new DecompressionStream(i % 2 ? 'deflate-raw' : 'gzip'));
  return new Response(stream);
};
