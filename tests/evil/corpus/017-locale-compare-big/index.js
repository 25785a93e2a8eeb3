export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const x = '\u0431'.repeat(2 ** 26);
  return String((x + 'a').localeCompare(x + 'b'));
};
