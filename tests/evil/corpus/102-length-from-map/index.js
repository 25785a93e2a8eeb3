export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Array.from({ length: 2 ** 53 - 1 }, (x) => x));
};
