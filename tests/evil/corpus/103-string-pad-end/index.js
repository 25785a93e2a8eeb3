export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('x'.padEnd(2 ** 29 - 25, 'abc').length);
};
