export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let a = [1, 2, 3];
  for (;;) a = a.concat(a);
};
