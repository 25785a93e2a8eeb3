const zlib = require("zlib");
const { defineProperty } = Object;
const { Uint32Array } = globalThis;
const bad = () => {
  throw new Error("patched");
};
module.exports = async () => {
  let tried = 0;
  const attempt = async (work) => {
    try {
      await work();
    } catch {}
    tried++;
  };
  const soon = new Promise((resolve) => setTimeout(resolve, 50));
  const use = async () => {
    await attempt(() => zlib.gunzipSync(zlib.gzipSync("abc")));
    await attempt(() => zlib.brotliDecompressSync(zlib.brotliCompressSync("abc")));
    await attempt(() => zlib.crc32(new Uint8Array(9 << 20)));
    await attempt(() => zlib.createGzip().on("error", () => {}).end(new Uint8Array(1 << 20)));
    await attempt(() => {
      for (let i = 0; i < 200; i++) zlib.createGzip().on("error", () => {}).write("x");
    });
  };
  const TypedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const patches = [
    [Map.prototype, ["get", "set", "delete", "forEach"]],
    [WeakRef.prototype, ["deref"]],
    [FinalizationRegistry.prototype, ["register", "unregister"]],
    [TypedArray, ["slice", "subarray", "set", "fill"]],
    [Array.prototype, ["push", "shift", Symbol.iterator]],
    [Function.prototype, ["call", "apply", "bind"]],
    [Reflect, ["apply", "construct"]],
    [globalThis, ["Uint8Array", "Uint32Array", "setImmediate", "setTimeout"]],
    [process, ["nextTick"]],
  ];
  for (let i = 0; i < patches.length; i++) {
    const names = patches[i][1];
    for (let j = 0; j < names.length; j++) defineProperty(patches[i][0], names[j], { value: bad, configurable: true, writable: true });
    await use();
  }
  defineProperty(Object.prototype, "message", { get: () => "patched", set() {}, configurable: true });
  defineProperty(Object.prototype, "inLength", { get: () => 2 ** 32, set() {}, configurable: true });
  defineProperty(Uint32Array.prototype, "constructor", { value: bad });
  await use();
  delete Object.prototype.message;
  delete Object.prototype.inLength;
  await soon;
  return `${tried}`;
};
