export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return 'x'.repeat(2 ** 29 - 25);
};
