export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const needle = 'a'.repeat(16384) + 'b' + 'a'.repeat(16384);
  return String('a'.repeat(2 ** 28).indexOf(needle));
};
