export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const { port1 } = new MessageChannel();
  const text = 'x'.repeat(1 << 20);
  port1.postMessage(new Array(4096).fill(text));
  return 'posted';
};
