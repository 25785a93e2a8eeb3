// Built-ins of Node that a function cannot have: what would act on the process, on other functions, or on the machine.
//
// node/built_ins.js asks for them. Many packages require such a module and never use it, so that it exists, and refuses when it is used.
//
// Invariant: each member that acts throws `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM` and says what to do instead.

(function () {
  const { primordials } = __bootstrap;
  const { Error, Proxy, String } = primordials;

  /** A function that refuses. */
  function refused(what, instead) {
    return function () {
      const error = new Error(`${what} is not available in a function: ${instead}`);
      error.code = "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM";
      throw error;
    };
  }

  /** A class whose instances cannot be made. */
  function refusedClass(what, instead) {
    const refuse = refused(what, instead);
    return class {
      constructor() {
        refuse();
      }
    };
  }

  /** A module of which every other member refuses. */
  function refusedModule(name, instead, members) {
    return new Proxy(members, {
      __proto__: null,
      get: (known, key) => {
        if (typeof key !== "string" || key in known || key === "then" || key === "default" || key === "__esModule") return known[key];
        return refused(`${name}.${String(key)}`, instead);
      },
    });
  }

  const SCALE = "set `[scale]` in function.toml: Skep starts instances by itself";
  const PROCESSES = "functions share one process, and start no others";
  const FETCH = "use fetch, or `http` and `https`";

  const modules = {
    __proto__: null,
    child_process: () => {
      const members = {};
      for (const name of ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"]) {
        members[name] = refused(`child_process.${name}()`, PROCESSES);
      }
      members.ChildProcess = refusedClass("child_process.ChildProcess", PROCESSES);
      return members;
    },
    cluster: () => ({
      isMaster: true,
      isPrimary: true,
      isWorker: false,
      workers: {},
      settings: {},
      fork: refused("cluster.fork()", SCALE),
      disconnect() {},
      on() {},
      once() {},
      setupPrimary() {},
      setupMaster() {},
    }),
    dgram: () => ({
      createSocket: refused("dgram.createSocket()", "functions have no UDP sockets"),
      Socket: refusedClass("dgram.Socket", "functions have no UDP sockets"),
    }),
    http2: () => ({
      constants: {},
      sensitiveHeaders: Symbol("nodejs.http2.sensitiveHeaders"),
      connect: refused("http2.connect()", FETCH),
      createServer: refused("http2.createServer()", "use `http`: Skep itself speaks HTTP/2 with clients"),
      createSecureServer: refused("http2.createSecureServer()", "use `http`: Skep itself speaks HTTP/2 with clients"),
      getDefaultSettings: () => ({}),
      Http2ServerRequest: class Http2ServerRequest {},
      Http2ServerResponse: class Http2ServerResponse {},
    }),
    inspector: () => ({
      open: refused("inspector.open()", "the operator attaches a debugger"),
      close() {},
      url: () => undefined,
      waitForDebugger: refused("inspector.waitForDebugger()", "the operator attaches a debugger"),
      Session: refusedClass("inspector.Session", "the operator attaches a debugger"),
      console: {},
    }),
    repl: () => ({
      start: refused("repl.start()", "a function has no terminal"),
      REPLServer: refusedClass("repl.REPLServer", "a function has no terminal"),
    }),
    sea: () => ({ isSea: () => false, getAsset: refused("sea.getAsset()", "read the file with `fs`") }),
    sqlite: () => ({
      DatabaseSync: refusedClass("sqlite.DatabaseSync", "use a database server, or `sql.js`"),
      StatementSync: refusedClass("sqlite.StatementSync", "use a database server, or `sql.js`"),
      constants: {},
    }),
    test: () => refusedModule("node:test", "run tests with Node, outside of the function", {}),
    trace_events: () => ({
      createTracing: refused("trace_events.createTracing()", "the operator sees traces"),
      getEnabledCategories: () => undefined,
    }),
    v8: () => ({
      getHeapStatistics: () => {
        const { heapTotal, heapUsed, limit } = __bootstrap.internals.node.memory();
        return {
          total_heap_size: heapTotal,
          total_physical_size: heapTotal,
          total_available_size: limit - heapUsed,
          used_heap_size: heapUsed,
          heap_size_limit: limit,
          malloced_memory: 0,
          peak_malloced_memory: 0,
          does_zap_garbage: 0,
          number_of_native_contexts: 1,
          number_of_detached_contexts: 0,
          total_heap_size_executable: 0,
          external_memory: 0,
        };
      },
      getHeapSpaceStatistics: () => [],
      cachedDataVersionTag: () => 0,
      setFlagsFromString: refused("v8.setFlagsFromString()", PROCESSES),
      takeCoverage() {},
      stopCoverage() {},
      writeHeapSnapshot: refused("v8.writeHeapSnapshot()", "a function writes no files"),
      getHeapSnapshot: refused("v8.getHeapSnapshot()", "the operator takes heap snapshots"),
      serialize: refused("v8.serialize()", "use JSON or structuredClone"),
      deserialize: refused("v8.deserialize()", "use JSON or structuredClone"),
      startupSnapshot: { isBuildingSnapshot: () => false },
    }),
    vm: () => ({
      createContext: refused("vm.createContext()", "code from strings needs `[code] eval = true`, and runs in the function's own context"),
      compileFunction: refused("vm.compileFunction()", "code from strings needs `[code] eval = true`, and `Function`"),
      isContext: () => false,
      runInContext: refused("vm.runInContext()", "code from strings needs `[code] eval = true`, and runs in the function's own context"),
      runInNewContext: refused("vm.runInNewContext()", "code from strings needs `[code] eval = true`, and runs in the function's own context"),
      runInThisContext: (code) => (0, eval)(`${code}`),
      measureMemory: refused("vm.measureMemory()", "use process.memoryUsage()"),
      Script: class Script {
        #code;
        constructor(code) {
          this.#code = `${code}`;
        }
        runInThisContext() {
          return (0, eval)(this.#code);
        }
        runInContext() {
          refused("vm.Script.runInContext()", "code from strings runs in the function's own context")();
        }
        runInNewContext() {
          refused("vm.Script.runInNewContext()", "code from strings runs in the function's own context")();
        }
      },
    }),
    wasi: () => ({ WASI: refusedClass("wasi.WASI", "use WebAssembly with imports of your own") }),
    worker_threads: () => ({
      isMainThread: true,
      isInternalThread: false,
      parentPort: null,
      resourceLimits: {},
      SHARE_ENV: Symbol.for("nodejs.worker_threads.SHARE_ENV"),
      threadId: 0,
      threadName: "",
      workerData: null,
      getEnvironmentData: () => undefined,
      setEnvironmentData() {},
      markAsUntransferable() {},
      moveMessagePortToContext: refused("worker_threads.moveMessagePortToContext()", SCALE),
      receiveMessageOnPort: () => undefined,
      get MessageChannel() {
        return globalThis.MessageChannel;
      },
      get MessagePort() {
        return globalThis.MessagePort;
      },
      BroadcastChannel: refusedClass("worker_threads.BroadcastChannel", "instances share nothing"),
      Worker: refusedClass("new Worker()", SCALE),
    }),
  };

  return { modules, refused, refusedClass };
})();
