export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('x'.repeat(2 ** 29 - 25).split('x').length);
};
