export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].reduceRight.call({ length: 2 ** 53 - 1, 0: 1 }, (a) => a));
};
