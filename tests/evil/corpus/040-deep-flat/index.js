export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let a = [];
  for (let i = 0; i < 5e5; i++) a = [a];
  return String(a.flat(Infinity).length);
};
