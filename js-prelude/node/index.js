// Node for one instance: its globals, and `require` for the modules that stand for CommonJS modules and built-ins.
//
// dispatch/boot.js calls `install` for a function that is for Node, before any code of it runs. node/process.js and node/natives.js read what
// it notes about the instance.
//
// Invariant: a function that is not for Node never loads this file, and has none of these globals.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_memory_bytes, op_skep_node_memory } = core.ops;
  const { Float64Array, ObjectAssign, SymbolFor, TypeError } = primordials;
  const { refused } = core.loadExtScript("ext:skep/node/refused.js");

  /** Packages look at its prototype. There is no thread to share memory with, and shared memory is a clock. */
  function sharedBuffers() {
    const refuse = refused("SharedArrayBuffer", "a function has one thread; use ArrayBuffer");
    return class SharedArrayBuffer {
      constructor() {
        refuse();
      }
      get byteLength() {
        throw new TypeError("this is no SharedArrayBuffer");
      }
    };
  }

  const TIMERS = ["setImmediate", "clearImmediate", "setTimeout", "setInterval", "clearTimeout", "clearInterval"];

  /** `instance`: what dispatch/boot.js knows of it. */
  function install(instance) {
    const memory = new Float64Array(3);
    internals.node = {
      __proto__: null,
      // Without it Node takes the mode for development, where packages are slow and show their errors to clients.
      variables: ObjectAssign({ NODE_ENV: "production" }, instance.env),
      folder: `/${instance.functionName}`,
      main: `/${instance.functionName}/index.js`,
      arch: core.build?.arch === "aarch64" ? "arm64" : "x64",
      pid: 1,
      skep: "0.1.0",
      v8: "15.0",
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
    define("SharedArrayBuffer", sharedBuffers());
    defineLazily("process", () => builtIn("process"), false);
    defineLazily("Buffer", () => builtIn("buffer").Buffer, false);
    for (const name of TIMERS) defineLazily(name, () => builtIn("timers")[name], true);
    define(SymbolFor("skep.require"), (url) => core.loadExtScript("ext:skep/node/require.js").requireUrl(url), false, true);
  }

  return { install };
})();
