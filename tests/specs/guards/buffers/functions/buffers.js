export default () => ({
  resizable: outcome(() => new ArrayBuffer(8, { maxByteLength: 2 ** 32 })),
  fixed: new ArrayBuffer(8, { maxByteLength: undefined }).byteLength,
  shared: typeof SharedArrayBuffer,
  sharedMemory: outcome(() => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true })),
  resizableMemory: "toResizableBuffer" in WebAssembly.Memory.prototype,
  waitAsync: "waitAsync" in Atomics,
  wait: outcome(() => Atomics.wait(new Int32Array(1), 0, 0)),
});

function outcome(action) {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
}
