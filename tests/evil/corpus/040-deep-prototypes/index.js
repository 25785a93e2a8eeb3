export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let o = {};
  for (let i = 0; i < 1e6; i++) o = Object.create(o);
  return String(o.missing) + String(o instanceof Map);
};
