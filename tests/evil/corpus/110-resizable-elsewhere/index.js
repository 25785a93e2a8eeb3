export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const attempts = [
    () => new (new ArrayBuffer(1).constructor)(1, { maxByteLength: 2 }),
    () => Reflect.construct(ArrayBuffer, [1, { maxByteLength: 2 }], Object),
    () => new (class extends ArrayBuffer {})(1, { maxByteLength: 2 }),
    () => new (Object.getPrototypeOf(class extends ArrayBuffer {}))(1, { maxByteLength: 2 }),
    () => new (new Uint8Array(1).buffer.constructor)(1, { maxByteLength: 2 }),
    () => new (structuredClone(new ArrayBuffer(1)).constructor)(1, { maxByteLength: 2 }),
    () => new (new ArrayBuffer(1).transfer().constructor)(1, { maxByteLength: 2 }),
    () => new (new ArrayBuffer(1).slice(0).constructor)(1, { maxByteLength: 2 }),
    () => new ArrayBuffer[Symbol.species](1, { maxByteLength: 2 }),
    () => Reflect.apply(ArrayBuffer.prototype.constructor, undefined, [1, { maxByteLength: 2 }]),
    () => new (new WebAssembly.Memory({ initial: 1 }).buffer.constructor)(1, { maxByteLength: 2 }),
    () => new WebAssembly.Memory({ initial: 1, maximum: 2 }).toResizableBuffer(),
    () => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer,
    () => new WebAssembly.Memory({ initial: 1, maximum: 2, get shared() { return (this.n = (this.n ?? 0) + 1) > 1; } }).buffer,
    () => new (new WebAssembly.Memory({ initial: 1 }).constructor)({ initial: 1, maximum: 2, shared: true }).buffer,
    () => new (new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.fromHex('0061736d01000000050401010102070501016d0200'))).exports.m.constructor)({ initial: 1, maximum: 2, shared: true }).buffer,
    () => new SharedArrayBuffer(1),
  ];
  const got = [];
  for (const [i, attempt] of attempts.entries()) {
    try {
      const buffer = attempt();
      if (buffer.resizable || buffer.growable || String(buffer).includes('Shared')) got.push(i);
    } catch {}
  }
  return got.length === 0 ? 'nothing' : String(got);
};
