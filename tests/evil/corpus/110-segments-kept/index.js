export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const text = 'x'.repeat(1 << 20);
  const segmenter = new Intl.Segmenter('en');
  const kept = [];
  for (let i = 0; i < 2000; i++) kept.push(segmenter.segment(text));
  return String(kept.length);
};
