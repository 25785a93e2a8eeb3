export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const ring = Array.from({ length: 50 }, () => new TransformStream({ transform: (chunk, controller) => { controller.enqueue(chunk); controller.enqueue(chunk); } }, { highWaterMark: Infinity }, { highWaterMark: Infinity }));
  const writer = ring[0].writable.getWriter();
  writer.write('x');
  writer.releaseLock();
  await Promise.all(ring.map((one, i) => one.readable.pipeTo(ring[(i + 1) % ring.length].writable)));
  return 'never';
};
