export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new RegExp('[\\0-\\u{10ffff}]'.repeat(1e5), 'iu').test('x'));
};
