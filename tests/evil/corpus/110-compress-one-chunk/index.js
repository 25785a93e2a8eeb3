export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = new Uint32Array(5e7);
  for (let i = 0, x = 1; i < bytes.length; i++) bytes[i] = x = (x * 1664525 + 1013904223) | 0;
  const stream = new CompressionStream('brotli');
  stream.readable.pipeTo(new WritableStream());
  await stream.writable.getWriter().write(bytes);
  return 'done';
};
