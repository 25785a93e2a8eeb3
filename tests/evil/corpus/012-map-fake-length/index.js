export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].map.call({ length: 2 ** 32 - 1 }, (x) => x));
};
