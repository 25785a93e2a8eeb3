// Node for one instance: its globals, and `require` for the modules that stand for CommonJS modules and built-ins.
//
// dispatch/boot.js calls `install` for a function that is for Node, before any code of it runs. node/process.js and node/natives.js read what
// it notes about the instance.
//
// Invariant: a function that is not for Node never loads this file, and has none of these globals.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_memory_bytes, op_skep_node_memory } = core.ops;
  const { ObjectAssign, ObjectDefineProperty, SymbolFor } = primordials;

  const define = (name, value, enumerable = false) =>
    ObjectDefineProperty(globalThis, name, { __proto__: null, value, writable: true, enumerable, configurable: true });

  /** An accessor that becomes a plain property at its first use. */
  function defineLazily(name, load) {
    ObjectDefineProperty(globalThis, name, {
      __proto__: null,
      get: () => {
        const value = load();
        define(name, value);
        return value;
      },
      set: (value) => define(name, value),
      enumerable: false,
      configurable: true,
    });
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
      writeOutput: null,
    };
    const { builtIn } = core.loadExtScript("ext:skep/node/built_ins.js");
    define("global", globalThis);
    defineLazily("process", () => builtIn("process"));
    defineLazily("Buffer", () => builtIn("buffer").Buffer);
    for (const name of TIMERS) defineLazily(name, () => builtIn("timers")[name]);
    ObjectDefineProperty(globalThis, SymbolFor("skep.require"), {
      __proto__: null,
      value: (url) => core.loadExtScript("ext:skep/node/require.js").requireUrl(url),
      writable: false,
      enumerable: false,
      configurable: false,
    });
  }

  return { install };
})();
