// Node's `process`, for one instance: its environment, its output and its events. It stands for `node:process` of deno_node.
//
// node/built_ins.js gives it to functions; deno_node's files take `nextTick` and `emitWarning` from here. Output goes to the function's log.
//
// Invariant: nothing here changes the process of the host, and what would do so throws.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_node_cpu_ns } = core.ops;
  const {
    BigInt,
    DateNow,
    Error,
    ErrorPrototype,
    FunctionPrototypeCall,
    MathFloor,
    ObjectDefineProperty,
    ObjectFreeze,
    ObjectKeys,
    ObjectPrototypeIsPrototypeOf,
    ObjectSetPrototypeOf,
    Proxy,
    ReflectDefineProperty,
    String,
    SymbolToStringTag,
    TypeError,
  } = primordials;
  const { EventEmitter } = core.loadExtScript("ext:deno_node/_events.mjs");
  const { enableNextTick, nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");
  const { ERROR, INFO, output, WARN, write } = core.loadExtScript("ext:skep/node/output.js");
  const { refused } = core.loadExtScript("ext:skep/node/refused.js");
  const performance = () => core.loadExtScript("ext:deno_web/15_performance.js").performance;
  const host = internals.node;

  enableNextTick();

  const NODE_VERSION = "26.5.1"; // The version whose interface deno_node has.
  const began = DateNow();

  function process() {
    // Emitters are made by `new`; this object is the only one.
  }
  ObjectSetPrototypeOf(process.prototype, EventEmitter.prototype);
  const self = new process();
  FunctionPrototypeCall(EventEmitter, self);

  /** The variables, each a string, as in Node. Changes are seen in this instance alone. */
  const env = new Proxy(host.variables, {
    __proto__: null,
    set(variables, name, value) {
      if (typeof name === "symbol" || typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
      variables[name] = String(value);
      return true;
    },
    defineProperty(variables, name, descriptor) {
      if (descriptor.get !== undefined || descriptor.set !== undefined) {
        throw new TypeError("'process.env' does not accept an accessor(getter/setter) descriptor");
      }
      return ReflectDefineProperty(variables, name, {
        __proto__: null,
        value: String(descriptor.value),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
  });

  const now = () => performance().now();

  function hrtime(since) {
    const at = now();
    let seconds = MathFloor(at / 1e3);
    let nanoseconds = MathFloor((at - seconds * 1e3) * 1e6);
    if (since !== undefined) {
      seconds -= since[0];
      nanoseconds -= since[1];
      if (nanoseconds < 0) {
        seconds--;
        nanoseconds += 1e9;
      }
    }
    return [seconds, nanoseconds];
  }
  hrtime.bigint = () => BigInt(MathFloor(now() * 1e6));

  function memoryUsage() {
    const { heapTotal, heapUsed, external } = host.memory();
    return { rss: heapTotal + external, heapTotal, heapUsed, external, arrayBuffers: external };
  }
  memoryUsage.rss = () => memoryUsage().rss;

  function cpuUsage(since) {
    const user = MathFloor(op_skep_node_cpu_ns() / 1e3);
    return { user: user - (since?.user ?? 0), system: 0 };
  }

  function emitWarning(warning, type, code) {
    let details = type;
    if (typeof type === "string" || type === undefined) details = { type, code };
    let shown = warning;
    if (!ObjectPrototypeIsPrototypeOf(ErrorPrototype, warning)) {
      shown = new Error(`${warning}`);
      shown.name = details?.type ?? "Warning";
      if (details?.code !== undefined) shown.code = details.code;
    }
    if (shown.name === "DeprecationWarning" && self.noDeprecation) return;
    nextTick(() => {
      if (self.listenerCount("warning") === 0) {
        write(WARN, `(${shown.name}${shown.code === undefined ? "" : ` ${shown.code}`}) ${shown.message}\n`);
      } else self.emit("warning", shown);
    });
  }

  function exit(code) {
    const error = new Error(`process.exit(${code ?? ""}) was called: a function cannot end its process, and the call fails instead`);
    error.code = "ERR_PROCESS_EXIT";
    throw error;
  }

  const SHARED = "functions share one process";
  const members = {
    __proto__: null,
    abort: refused("process.abort()", SHARED),
    allowedNodeEnvironmentFlags: new primordials.SafeSet(),
    arch: host.arch,
    argv: ["/usr/bin/node", host.main],
    argv0: "node",
    availableMemory: () => host.memory().limit,
    binding: refused("process.binding()", "it is internal to Node"),
    chdir: refused("process.chdir()", SHARED),
    config: ObjectFreeze({ target_defaults: {}, variables: {} }),
    constrainedMemory: () => host.memory().limit,
    cpuUsage,
    cwd: () => host.folder,
    debugPort: 9229,
    dlopen: refused("process.dlopen()", "native add-ons would run outside of the function's limits"),
    emitWarning,
    env,
    execArgv: [],
    execPath: "/usr/bin/node",
    exit,
    exitCode: undefined,
    features: ObjectFreeze({ inspector: false, debug: false, uv: true, ipv6: true, tls_alpn: true, tls_sni: true, tls_ocsp: false, tls: true }),
    getActiveResourcesInfo: () => [],
    getBuiltinModule: (id) => {
      const { builtIn, isBuiltIn, nameOf } = core.loadExtScript("ext:skep/node/built_ins.js");
      return isBuiltIn(id) ? builtIn(nameOf(id)) : undefined;
    },
    getegid: () => 0,
    geteuid: () => 0,
    getgid: () => 0,
    getgroups: () => [],
    getuid: () => 0,
    hasUncaughtExceptionCaptureCallback: () => false,
    hrtime,
    initgroups: refused("process.initgroups()", SHARED),
    kill: refused("process.kill()", SHARED),
    loadEnvFile: refused("process.loadEnvFile()", "set `[env]` in function.toml"),
    memoryUsage,
    moduleLoadList: [],
    nextTick,
    noDeprecation: false,
    pid: host.pid,
    platform: "linux",
    ppid: 0,
    reallyExit: exit,
    ref() {},
    release: ObjectFreeze({ name: "node", lts: false }),
    report: ObjectFreeze({ writeReport: refused("process.report.writeReport()", SHARED), getReport: () => ({}) }),
    resourceUsage: () => ({ userCPUTime: cpuUsage().user, systemCPUTime: 0, maxRSS: MathFloor(memoryUsage().rss / 1024) }),
    setegid: refused("process.setegid()", SHARED),
    seteuid: refused("process.seteuid()", SHARED),
    setgid: refused("process.setgid()", SHARED),
    setgroups: refused("process.setgroups()", SHARED),
    setSourceMapsEnabled() {},
    setuid: refused("process.setuid()", SHARED),
    setUncaughtExceptionCaptureCallback: refused("process.setUncaughtExceptionCaptureCallback()", 'use `process.on("uncaughtException")`'),
    sourceMapsEnabled: true,
    threadCpuUsage: cpuUsage,
    title: "node",
    umask: () => 0o22,
    unref() {},
    uptime: () => (DateNow() - began) / 1e3,
    version: `v${NODE_VERSION}`,
    versions: ObjectFreeze({ node: NODE_VERSION, v8: host.v8, skep: host.skep, modules: "147", uv: "1.52.1", openssl: "3.0.7" }),
  };
  for (const name of ObjectKeys(members)) {
    ObjectDefineProperty(self, name, { __proto__: null, value: members[name], writable: true, enumerable: true, configurable: true });
  }
  ObjectDefineProperty(self, SymbolToStringTag, { __proto__: null, value: "process", writable: false, enumerable: false, configurable: true });

  /** A stream that is made when it is first asked for. */
  function defineStream(name, make) {
    ObjectDefineProperty(self, name, {
      __proto__: null,
      get: () => {
        const value = make();
        ObjectDefineProperty(self, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
        return value;
      },
      set: (value) => {
        ObjectDefineProperty(self, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
      },
      enumerable: true,
      configurable: true,
    });
  }
  defineStream("stdout", () => output(1, INFO));
  defineStream("stderr", () => output(2, ERROR));
  defineStream("stdin", () => {
    const { Readable } = core.loadExtScript("ext:skep/node/built_ins.js").builtIn("stream");
    const stdin = new Readable({ read() {} });
    stdin.push(null);
    stdin.fd = 0;
    return stdin;
  });

  // core/errors.js asks before it logs what no code catches.
  host.onUncaught = (error, origin) => self.listenerCount("uncaughtException") > 0 && self.emit("uncaughtException", error, origin);
  host.onUnhandled = (reason, promise) => self.listenerCount("unhandledRejection") > 0 && self.emit("unhandledRejection", reason, promise);

  // As the namespace of `node:process`: deno_node's files read members of it.
  return new Proxy(self, { __proto__: null, get: (target, name) => name === "default" ? target : target[name] });
})();
