export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0));
};
