export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('a'.repeat(2 ** 28).replaceAll('a', 'bc').length);
};
