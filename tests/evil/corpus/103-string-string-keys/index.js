export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((() => {
    const o = {};
    for (let i = 0; ; i++) o['x'.repeat(10000) + i] = 1;
  })());
};
