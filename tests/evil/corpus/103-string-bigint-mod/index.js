export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((3n ** 2000000n) ** 20n % 7n);
};
