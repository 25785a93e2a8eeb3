const { EventEmitter } = require("events");
const { Readable } = require("stream");
const util = require("util");
const fs = require("fs");
const { transcode, isUtf8 } = require("buffer");
module.exports = async () => {
  let tried = 0;
  const attempt = async (work) => {
    try {
      await work();
    } catch {}
    tried++;
  };
  const detached = Buffer.alloc(16);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  Object.defineProperty(Object.prototype, "filename", { get: () => "/etc/passwd", configurable: true });
  await attempt(() => require("url").parse("http://x"));
  delete Object.prototype.filename;
  await attempt(() => Buffer.prototype.toString.call({ length: 2 ** 40, byteLength: 2 ** 40 }, "utf8"));
  await attempt(() => Buffer.from(new ArrayBuffer(8), 4, 2 ** 31));
  await attempt(() => Buffer.alloc(4).toString("utf8", -1, 2 ** 40));
  await attempt(() => Buffer.compare(Buffer.alloc(4), new Uint8Array(0)));
  await attempt(() => Buffer.alloc(4).compare(Buffer.alloc(4), 3, 1, 3, 1));
  await attempt(() => detached.toString());
  await attempt(() => detached.compare(Buffer.alloc(1)));
  await attempt(() => transcode(detached, "utf8", "latin1"));
  await attempt(() => isUtf8(detached));
  await attempt(() => process.emit.call(null, "x"));
  await attempt(() => process.stdout.write(new Proxy({}, {})));
  await attempt(() => process.hrtime({ get 0() { throw new Error("0"); } }));
  await attempt(() => Object.defineProperty(process.env, "X", { get: () => 1 }));
  await attempt(() => util.inspect(new Proxy({}, { ownKeys: () => { throw new Error("keys"); } }), { showProxy: true }));
  await attempt(() => util.inspect({ [util.inspect.custom]: () => { throw new Error("custom"); } }));
  await attempt(() => fs.readFileSync({ toString: () => "/etc/passwd" }));
  Uint8Array.prototype.subarray = () => new Uint8Array(1 << 20);
  await attempt(() => Buffer.from("abc").toString("hex"));
  Array.prototype.push = () => { throw new Error("push"); };
  await attempt(() => new EventEmitter().on("a", () => {}).emit("a"));
  Function.prototype.call = Function.prototype.apply = () => { throw new Error("call"); };
  await attempt(() => Readable.from(["a"]).read());
  return `${tried}`;
};
