export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let buffer = new ArrayBuffer(1 << 20);
  for (;;) buffer = buffer.transfer(buffer.byteLength * 2);
};
