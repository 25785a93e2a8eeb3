export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 20; i++) {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(new Uint8Array(1 << 20), [port2]);
  }
  return 'posted';
};
