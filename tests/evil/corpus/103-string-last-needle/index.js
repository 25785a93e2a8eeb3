export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('a'.repeat(2 ** 24).lastIndexOf('a'.repeat(65535) + 'b'));
};
