export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {};
    channel.port2.postMessage(new Uint8Array(1000));
    kept.push(channel);
  }
};
