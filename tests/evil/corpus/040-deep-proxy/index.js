export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let p = {};
  for (let i = 0; i < 2e5; i++) p = new Proxy(p, {});
  return String(p.x);
};
