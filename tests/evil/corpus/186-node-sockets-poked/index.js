const net = require("net");
const dns = require("dns");

module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const socket = net.connect({ port: 9, host: "127.0.0.1" });
  socket.on("error", () => {});
  const handle = socket._handle;
  const values = [undefined, null, -1, 2 ** 31, 2 ** 40, NaN, {}, [], Symbol.iterator, "x".repeat(1e5), new Uint8Array(8), () => {}];
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(handle))) {
    for (const value of values) {
      try {
        if (name !== "constructor") handle[name]({ oncomplete() {} }, value, value);
      } catch {}
      try {
        if (name !== "constructor") handle[name](value);
      } catch {}
      try {
        handle[name].call(value);
      } catch {}
    }
  }
  const detached = new Uint8Array(1 << 16);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  try {
    handle.writeBuffer({ oncomplete() {} }, detached);
  } catch {}
  for (const value of values) {
    for (const ask of [dns.lookup, dns.resolve, dns.reverse, dns.resolveSrv, dns.lookupService]) {
      try {
        ask(value, () => {});
      } catch {}
      try {
        ask(value, value, () => {});
      } catch {}
    }
    try {
      net.createServer().on("error", () => {}).listen(value);
    } catch {}
  }
  try {
    new handle.constructor(0).open(3);
    new handle.constructor(0).open(6);
  } catch {}
  await new Promise((resolve) => setTimeout(resolve, 200));
  return "poked";
};
