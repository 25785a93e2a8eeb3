export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let length = 0;
  for await (const piece of request.body) {
    length += piece.byteLength;
    if (length > 1 << 20) return 'enough';
    await new Promise((wake) => setTimeout(wake, 20));
  }
  return 'all';
};
