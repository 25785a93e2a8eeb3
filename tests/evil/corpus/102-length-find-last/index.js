export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].findLast.call({ length: 2 ** 53 - 1 }, () => false));
};
