export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(/(?=(a+))*b/.test('a'.repeat(40)) || /(x+x+)+y/.test('x'.repeat(40)));
};
