export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const zeros = new Uint8Array(1 << 20);
  let left = 1500;
  const source = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(zeros);
      else controller.close();
    },
  });
  const small = await new Response(source.pipeThrough(new CompressionStream('gzip'))).bytes();
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  writer.write(small).catch(() => {});
  const reader = stream.readable.getReader();
  let bytes = 0;
  for (let part; !(part = await reader.read()).done;) bytes += part.value.length;
  return String(bytes);
};
