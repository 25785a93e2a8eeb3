export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let a = [];
  for (let i = 0; i < 30; i++) a = [a, a];
  return a;
};
