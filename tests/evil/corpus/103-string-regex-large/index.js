export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new RegExp('(?:a|b){1,1000}'.repeat(1000)).test('ab'));
};
