export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(/^[\p{L}\p{N}]*$/u.test('a'.repeat(2 ** 25) + '!'));
};
