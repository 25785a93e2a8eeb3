export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return String(compare('\u0300\u0316'.repeat(2 ** 21), '\u0316\u0300'.repeat(2 ** 21) + 'x'));
};
