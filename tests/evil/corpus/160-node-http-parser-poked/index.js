const http = require("http");
const { Duplex } = require("stream");
const odd = [undefined, null, 0, -1, 1e9, 2 ** 32, NaN, Infinity, "", "x", {}, [], new Uint8Array(3), new ArrayBuffer(8), new Float64Array(2), () => {}, Symbol("s"), 5n, { byteLength: 1e9, buffer: {} }];
odd.push(new Proxy({}, { get: () => { throw new Error("get"); } }), Object.create(null), { valueOf: () => { throw new Error("value"); } });
const parserClass = () => new Promise((resolve) => {
  const request = http.request({ createConnection: () => new Duplex({ read() {}, write(chunk, encoding, done) { done(); } }) });
  request.on("error", () => {});
  request.on("socket", () => {
    resolve(request.parser.constructor);
    request.destroy();
  });
});
const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n";
const TEXT = `${HEAD}5\r\nhello\r\n3;a="b"\r\nxyz\r\n0\r\nT: u\r\n\r\n`;
module.exports = async (request) => {
  process.on("unhandledRejection", () => {});
  process.on("uncaughtException", () => {});
  const HTTPParser = await parserClass();
  let tried = 0;
  const attempt = (work) => {
    tried++;
    try {
      return work();
    } catch {}
  };
  const names = Object.getOwnPropertyNames(HTTPParser.prototype);
  for (const type of [undefined, 1, 2, ...odd]) {
    const parser = attempt(() => new HTTPParser(type));
    if (parser === undefined) continue;
    for (const name of names) {
      if (name === "constructor") continue;
      for (const one of odd) for (const other of [undefined, 3, new Uint8Array(4)]) attempt(() => parser[name](one, other, one, other));
      for (const self of odd) attempt(() => parser[name].call(self, new Uint8Array(9)));
      attempt(() => new parser[name](1));
    }
    for (const one of odd) {
      attempt(() => parser.initialize(one, one, one, one));
      for (let i = 0; i < 7; i++) parser[i] = one;
      attempt(() => parser.execute(Buffer.from(TEXT)));
      attempt(() => parser.execute(Buffer.from(TEXT), one, one));
      attempt(() => parser.finish());
    }
  }
  const during = [
    (parser) => parser.execute(Buffer.from(TEXT)),
    (parser) => parser.free(),
    (parser) => parser.initialize(1, {}, 10, 1023),
    (parser) => parser.finish(),
    (parser) => parser.pause(),
    (parser, bytes) => structuredClone(bytes.buffer, { transfer: [bytes.buffer] }),
    () => { throw new Error("callback"); },
    (parser) => { parser[3] = parser[2] = null; },
    () => 2 ** 31,
    () => NaN,
    () => ({}),
  ];
  for (const act of during) {
    for (let which = 0; which < 5; which++) {
      for (const size of [1, 7, TEXT.length]) {
        const parser = new HTTPParser(2);
        let left = 3;
        const bytes = new Uint8Array(new TextEncoder().encode(TEXT));
        parser[which] = () => left-- > 0 ? attempt(() => act(parser, bytes)) : 0;
        for (let at = 0; at < TEXT.length; at += size) attempt(() => parser.execute(bytes, at, Math.min(size, TEXT.length - at)));
        attempt(() => parser.finish());
      }
    }
  }
  // Heads that never end, in small pieces and with every limit: what is kept of them is bounded.
  for (const [limit, lenient] of [[0, 0], [2 ** 31, 0], [1e9, 1023], [-1, 1023]]) {
    for (const filler of [" ", "x: y\r\n", "a", "\r\n "]) {
      const parser = new HTTPParser(2);
      parser.initialize(2, {}, limit, lenient);
      parser.execute(Buffer.from("HTTP/1.1 200 OK\r\nA:"));
      const piece = Buffer.from(filler.repeat(10_000));
      let result = 0;
      for (let i = 0; i < 2000 && !(result instanceof Error); i++) result = attempt(() => parser.execute(piece)) ?? new Error();
      if (!(result instanceof Error)) throw new Error(`no end: ${limit} ${lenient} ${JSON.stringify(filler)}`);
    }
  }
  // Prototypes that lie, while a message is parsed.
  const lies = [
    [Array.prototype, Symbol.iterator], [Array.prototype, "push"], [Array.prototype, "shift"], [Array.prototype, "slice"],
    [Function.prototype, "call"], [Function.prototype, "apply"], [Object.getPrototypeOf(Uint8Array.prototype), "subarray"],
    [Object.getPrototypeOf(Uint8Array.prototype), "set"], [Object.getPrototypeOf(Uint8Array), "from"], [Buffer, "from"],
    [String.prototype, "slice"], [String.prototype, "indexOf"], [Object, "assign"],
  ];
  for (const [owner, name] of lies) {
    for (const lie of [() => { throw new Error("lie"); }, () => undefined, () => 2 ** 40, function () { return this; }]) {
      const truth = Object.getOwnPropertyDescriptor(owner, name);
      Object.defineProperty(owner, name, { ...truth, value: lie });
      try {
        const parser = new HTTPParser(2);
        const bytes = new TextEncoder().encode(TEXT);
        for (let at = 0; at < bytes.length; at += 9) parser.execute(bytes, at, Math.min(9, bytes.length - at));
        parser.getCurrentBuffer();
      } catch {
      } finally {
        Object.defineProperty(owner, name, truth);
      }
    }
  }
  return `${tried > 1000}`;
};
