export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].flatMap.call({ length: 2 ** 53 - 1 }, (x) => x));
};
