export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(/^(a+)+$/.test('a'.repeat(40) + '!'));
};
