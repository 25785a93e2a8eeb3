export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new RegExp('[' + Array.from({ length: 50000 }, (_, i) => String.fromCodePoint(0x10000 + 2 * i)).join('') + ']', 'u').test('x'));
};
