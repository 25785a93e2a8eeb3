const tls = require("tls");
const { Duplex } = require("stream");
const odd = [undefined, null, 0, -1, 1e9, NaN, "", "x", {}, [], new Uint8Array(3), new ArrayBuffer(8), () => {}, Symbol("s"), 5n, { byteLength: 1e9 }];
odd.push(new Proxy({}, { get: () => { throw new Error("get"); } }), Object.create(null));
const quiet = () => new Duplex({ read() {}, write(chunk, encoding, done) { done(); } });
module.exports = async (request) => {
  process.on("unhandledRejection", () => {});
  process.on("uncaughtException", () => {});
  const [host, port] = new URL(request.url).pathname.split("/").at(-1).split(":");
  let tried = 0;
  const attempt = (work) => {
    tried++;
    try {
      return work();
    } catch {}
  };
  let Handle;
  for (const where of [{ host, port }, { socket: quiet() }, { host, port, ca: "" }]) {
    const socket = tls.connect({ servername: "localhost", ...where });
    socket.on("error", () => {});
    const handle = socket._handle;
    Handle = handle.constructor;
    const prototype = Object.getPrototypeOf(handle);
    const names = new Set([...Object.getOwnPropertyNames(prototype), ...Object.getOwnPropertyNames(handle), ...Object.getOwnPropertyNames(Object.getPrototypeOf(prototype))]);
    for (const name of names) {
      if (name === "constructor" || typeof handle[name] !== "function") continue;
      for (const one of odd) for (const other of [undefined, new Uint8Array(4), "x", { oncomplete() {} }]) attempt(() => handle[name](one, other, true));
      attempt(() => handle[name].call({}, 1, 2));
      attempt(() => new handle[name](1));
    }
    for (const key of ["reading", "onread", "onerror", "onhandshakedone", "_owner", "_parent", "_parentWrap", "_nativeTcpHandle"]) attempt(() => { handle[key] = odd[tried % odd.length]; });
    await new Promise((resolve) => setTimeout(resolve, 20));
    attempt(() => socket.destroy());
  }
  const lying = { readStart() {}, readStop() {}, shutdown: () => 0, writeBuffer(request, bytes) { structuredClone(bytes.buffer, { transfer: [bytes.buffer] }); request.oncomplete(0); return 0; } };
  for (const one of odd) attempt(() => { const handle = new Handle(lying, one, one); handle.start(); handle.receive(one); handle.writeBuffer({}, one); handle.destroySsl(); });
  for (let turn = 0; turn < 200; turn++) {
    attempt(() => {
      const handle = new Handle(lying, { flags: turn, ca: "", identity: "", ciphers: "" }, "x".repeat(turn));
      attempt(() => handle.setAlpnProtocols(["a".repeat(turn)]));
      handle.onread = () => handle.destroySsl();
      handle.onerror = () => handle.receive(new Uint8Array(9));
      handle.start();
      const detached = new Uint8Array(64);
      if (turn % 3 === 0) structuredClone(detached.buffer, { transfer: [detached.buffer] });
      handle.receive(detached);
      handle.receive(crypto.getRandomValues(new Uint8Array(turn)));
      attempt(() => handle.exportKeyingMaterial(2 ** 31, "x"));
      handle.shutdown({});
      handle.destroySsl();
      handle.destroySsl();
      handle.receive(new Uint8Array(5));
    });
  }
  return `${tried > 1000}`;
};
