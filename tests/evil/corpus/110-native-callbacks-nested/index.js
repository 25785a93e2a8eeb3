export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = new Uint8Array(1 << 22);
  bytes.forEach(Function.prototype.call.bind(Uint8Array.prototype.includes, bytes, 7));
  return 'done';
};
