// Node for one instance: its globals, and `require` for the modules that stand for CommonJS modules and built-ins.
//
// dispatch/boot.js calls `install` for a function that is for Node, before any code of it runs. node/process.js and node/natives.js read what
// it notes about the instance.
//
// Invariant: a function that is not for Node never loads this file, and has none of these globals.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_memory_bytes, op_skep_node_facts, op_skep_node_memory } = core.ops;
  const {
    ArrayBuffer,
    ArrayBufferPrototypeGetByteLength,
    ArrayBufferPrototypeSlice,
    Float64Array,
    NumberParseInt,
    ObjectSetPrototypeOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    SymbolFor,
    SymbolToStringTag,
  } = primordials;

  /**
   * `SharedArrayBuffer` for packages that make one when they load. A function has one thread, and shared memory is a clock: what it makes is
   * an ArrayBuffer, which counts against `memory_mb`, and `Atomics.wait` refuses it.
   */
  class SharedArrayBuffer {
    constructor(length) {
      return ObjectSetPrototypeOf(new ArrayBuffer(length), new.target.prototype);
    }
    get byteLength() {
      return ArrayBufferPrototypeGetByteLength(this);
    }
    get growable() {
      return false;
    }
    get maxByteLength() {
      return ArrayBufferPrototypeGetByteLength(this);
    }
    slice(start, end) {
      return ObjectSetPrototypeOf(ArrayBufferPrototypeSlice(this, start, end), SharedArrayBuffer.prototype);
    }
    get [SymbolToStringTag]() {
      return "SharedArrayBuffer";
    }
  }

  /**
   * A time for the files of a version, in milliseconds. A version has none, only a hash of its content as its id; servers of static files make
   * their entity tags of size and time, and a file that changed must get another tag. It lies in the years from 2001 to 2018.
   */
  function timeOf(versionId) {
    return (1e9 + NumberParseInt(StringPrototypeSlice(versionId, 1, 8), 16) * 2) * 1000;
  }

  const TIMERS = ["setImmediate", "clearImmediate", "setTimeout", "setInterval", "clearTimeout", "clearInterval"];

  /** `instance`: what dispatch/boot.js knows of it; `main`: the url of its entry. */
  function install(instance, main) {
    const memory = new Float64Array(3);
    const { 0: arch, 1: skep, 2: v8, 3: pid } = StringPrototypeSplit(op_skep_node_facts(), "\n");
    internals.node = {
      __proto__: null,
      // Without it Node takes the mode for development, where packages are slow and show their errors to clients.
      variables: { NODE_ENV: "production", ...instance.env },
      folder: `/${instance.functionName}`,
      versionTime: timeOf(instance.versionId),
      main: StringPrototypeSlice(main, "file://".length),
      arch: arch === "aarch64" ? "arm64" : "x64",
      pid: +pid,
      skep,
      v8,
      memory: () => {
        op_skep_node_memory(memory);
        return { __proto__: null, heapUsed: memory[0], heapTotal: memory[1], external: memory[2], limit: op_skep_memory_bytes() };
      },
      onUncaught: null,
      onUnhandled: null,
    };
    const { builtIn } = core.loadExtScript("ext:skep/node/built_ins.js");
    const { define, defineLazily } = internals.globals;
    define("global", globalThis);
    define("SharedArrayBuffer", SharedArrayBuffer);
    defineLazily("process", () => builtIn("process"), false);
    defineLazily("Buffer", () => builtIn("buffer").Buffer, false);
    for (const name of TIMERS) defineLazily(name, () => builtIn("timers")[name], true);
    define(SymbolFor("skep.require"), (url) => core.loadExtScript("ext:skep/node/require.js").requireUrl(url), false, true);
  }

  return { install };
})();
