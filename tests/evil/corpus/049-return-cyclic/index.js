export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const o = {};
  o.o = o;
  return o;
};
