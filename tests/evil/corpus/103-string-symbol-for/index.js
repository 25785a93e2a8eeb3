export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((() => {
    for (let i = 0; ; i++) Symbol.for('x'.repeat(1000) + i);
  })());
};
