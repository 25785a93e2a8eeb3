export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const text = 'x'.repeat(1 << 20);
  performance.mark('big', { detail: new Array(4096).fill(text) });
  return 'marked';
};
