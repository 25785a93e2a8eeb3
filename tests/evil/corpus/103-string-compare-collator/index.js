export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((() => {
    const c = new Intl.Collator('de', { numeric: true });
    const x = '0'.repeat(2 ** 23);
    return c.compare(x + '1', x + '2');
  })());
};
