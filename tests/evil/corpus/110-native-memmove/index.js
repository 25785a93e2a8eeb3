export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = new Uint8Array(1 << 25);
  const short = new Uint8Array(1 << 20);
  short.forEach(Function.prototype.call.bind(Uint8Array.prototype.copyWithin, bytes, 1, 0));
  return 'done';
};
