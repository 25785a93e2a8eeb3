export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) kept.push(new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' }), new Intl.Collator('sv'));
};
