export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new RegExp('a|'.repeat(1e7)).test('x'));
};
