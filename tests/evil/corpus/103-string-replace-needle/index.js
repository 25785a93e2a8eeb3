export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('a'.repeat(2 ** 24).replaceAll('a'.repeat(32768) + 'b' + 'a'.repeat(32768), ''));
};
