export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Intl.NumberFormat('de', { notation: 'compact' }).format(10n ** 1000000n + 7n).length);
};
