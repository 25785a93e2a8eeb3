export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].flat.call({ length: 2 ** 53 - 1 }));
};
