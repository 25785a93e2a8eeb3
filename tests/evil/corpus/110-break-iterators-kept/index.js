export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const text = 'x'.repeat(1 << 20);
  const kept = [];
  for (let i = 0; i < 2000; i++) {
    const one = new Intl.v8BreakIterator('en');
    one.adoptText(text);
    kept.push(one);
  }
  return String(kept.length);
};
