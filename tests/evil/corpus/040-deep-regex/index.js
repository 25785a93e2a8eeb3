export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('x'));
};
