export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const zeros = new Blob([new Uint8Array(8 << 20)]);
  let stream = zeros.stream().pipeThrough(new CompressionStream('gzip'));
  const small = await new Response(stream).bytes();
  const kept = [];
  for (;;) kept.push(await new Response(new Blob([small]).stream().pipeThrough(new DecompressionStream('gzip'))).bytes());
};
