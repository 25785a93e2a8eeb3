const LARGE = "0123456789abcdef".repeat(1 << 16);
let turn = 0;
export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const { port1 } = new MessageChannel();
  const sends = [
    () => port1.postMessage(LARGE),
    () => port1.postMessage(null),
    () => port1.postMessage({}),
    () => port1.postMessage(LARGE, [new ArrayBuffer(1)]),
  ];
  const send = sends[turn++ % sends.length];
  for (;;) send();
};
