// The members of `Deno` beside those in dialects/deno.js: each works as far as a function can have it, or throws and says what to use instead.
//
// The Proxy behind `Deno` asks for them by name.
//
// Invariant: every public member of Deno is here or in dialects/deno.js, and none reaches the machine.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_log, op_skep_memory_bytes, op_skep_node_facts, op_skep_node_memory } = core.ops;
  const {
    Error, Float64Array, ObjectAssign, ObjectFreeze, Proxy, RegExpPrototypeExec, SafeArrayIterator, StringPrototypeSplit,
    TypedArrayPrototypeGetByteLength, TypeError,
  } = primordials;
  const { EventTarget } = core.loadExtScript("ext:deno_web/02_event.js");
  const { ReadableStream, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
  const { inspect } = core.loadExtScript("ext:deno_web/01_console.js");
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { errors, refused, refusedClass } = core.loadExtScript("ext:skep/dialects/deno/errors.js");

  const PROCESSES = "functions share one process, and start no others";
  const SOCKETS = "use fetch or WebSocket, or Node's `net` and `tls`";
  const LISTENING = "the host listens: give a handler to Deno.serve";
  const STORE = "Skep keeps no data: use a database behind fetch, or a package of one";
  const NATIVE = "functions run no native code; WebAssembly works";
  const GRAPHICS = "there is no graphics processor";
  const SOCKET_IN = "functions take no WebSockets";

  const files = () => core.loadExtScript("ext:skep/dialects/deno/files.js");

  let exitCode = 0;

  function exit(code) {
    throw new Error(`Deno.exit(${code ?? ""}) was called: a function cannot end its process, and the call fails instead`);
  }

  function memoryUsage() {
    const memory = new Float64Array(3);
    op_skep_node_memory(memory);
    return { rss: memory[1] + memory[2], heapTotal: memory[1], heapUsed: memory[0], external: memory[2] };
  }

  function systemMemoryInfo() {
    const total = op_skep_memory_bytes();
    const { heapTotal, external } = memoryUsage();
    const free = total > heapTotal + external ? total - heapTotal - external : 0;
    return { total, free, available: free, buffers: 0, cached: 0, swapTotal: 0, swapFree: 0 };
  }

  // The levels of op_skep_log.
  const INFO = 1;
  const ERROR = 3;

  /** A standard stream that is the function's log. */
  function output(level) {
    const decoder = () => new (core.loadExtScript("ext:deno_web/08_text_encoding.js").TextDecoder)();
    const writeSync = (bytes) => {
      op_skep_log(internals.currentCall()?.id ?? 0, level, decoder().decode(bytes));
      return TypedArrayPrototypeGetByteLength(bytes);
    };
    let writable;
    return {
      writeSync,
      write: async (bytes) => writeSync(bytes),
      get writable() {
        return writable ??= new WritableStream({ write: (bytes) => void writeSync(bytes) });
      },
      isTerminal: () => false,
      close() {},
    };
  }

  const input = () => ({
    read: async () => null,
    readSync: () => null,
    get readable() {
      return new ReadableStream({ start: (controller) => controller.close() });
    },
    isTerminal: () => false,
    setRaw: refused("stdin.setRaw", "there is no terminal"),
    close() {},
  });

  /** What a function may do: it reads its own files and its environment, and what `[net]` allows is decided when it connects. */
  const GRANTED = { __proto__: null, env: true, import: true, net: true, read: true };
  const PERMISSIONS = { __proto__: null, ...GRANTED, ffi: false, run: false, sys: false, write: false };

  class PermissionStatus extends EventTarget {
    #state;
    onchange = null;
    partial = false;
    constructor(state) {
      super();
      this.#state = state;
    }
    get state() {
      return this.#state;
    }
  }

  function querySync(descriptor) {
    const name = descriptor?.name;
    if (!(name in PERMISSIONS)) throw new TypeError(`the permission ${name} does not exist`);
    return new PermissionStatus(PERMISSIONS[name] ? "granted" : "denied");
  }

  const permissions = () => {
    const query = async (descriptor) => querySync(descriptor);
    return ObjectFreeze({ query, querySync, request: query, requestSync: querySync, revoke: query, revokeSync: querySync });
  };

  /** `Deno.test` and `Deno.bench` register nothing where nothing is tested, as with `deno run`. */
  const ignored = (members) => {
    const fn = () => {};
    for (let i = 0; i < members.length; i++) fn[members[i]] = () => {};
    return fn;
  };

  /** A namespace of which every member refuses. */
  const refusedNamespace = (name, why) => new Proxy({}, {
    __proto__: null,
    get: (_, key) => typeof key === "string" && key !== "then" && key !== "toJSON" ? refused(`${name}.${key}`, why) : undefined,
  });

  /** Makers of the members that work. */
  const WORKING = {
    __proto__: null,
    addSignalListener: () => () => {}, // No signal comes.
    args: () => ObjectFreeze([]),
    bench: () => ignored([]),
    cwd: () => () => `/${instance.functionName}`,
    errors: () => errors,
    execPath: () => () => "/usr/bin/deno",
    exit: () => exit,
    gid: () => () => null,
    hostname: () => () => "localhost",
    inspect: () => (value, options) => inspect(value, options),
    loadavg: () => () => [0, 0, 0],
    mainModule: () => instance.main,
    memoryUsage: () => memoryUsage,
    networkInterfaces: () => () => [],
    noColor: () => true,
    osRelease: () => () => "6.0.0",
    osUptime: () => () => globalThis.performance.now() / 1000,
    permissions,
    Permissions: () => class Permissions {},
    PermissionStatus: () => PermissionStatus,
    pid: () => +StringPrototypeSplit(op_skep_node_facts(), "\n")[3],
    ppid: () => 0,
    refTimer: () => () => {},
    removeSignalListener: () => () => {},
    stderr: () => output(ERROR),
    stdin: input,
    stdout: () => output(INFO),
    systemMemoryInfo: () => systemMemoryInfo,
    test: () => ignored(["ignore", "only", "beforeAll", "beforeEach", "afterAll", "afterEach"]),
    uid: () => () => null,
    umask: () => () => 0o022,
    unrefTimer: () => () => {},
  };

  /** Names of members that refuse, by the reason; `+` before a name: it returns a promise, `=`: it is a class, `.`: a namespace. */
  const REFUSED = [
    [PROCESSES, "=ChildProcess =Command kill spawn +spawnAndWait spawnAndWaitSync"],
    [PROCESSES, "chdir"],
    [SOCKETS, "+connect +connectTls +connectQuic +startTls +upgradeWebTransport =QuicEndpoint"],
    ["use fetch, which looks names up itself, or Node's `dns`", "+resolveDns"],
    [LISTENING, "listen listenTls listenDatagram"],
    ["connections of fetch are the host's: use fetch without `client`", "createHttpClient =HttpClient"],
    [SOCKET_IN, "upgradeWebSocket"],
    [STORE, "+openKv =Kv =AtomicOperation =KvListIterator =KvU64"],
    [NATIVE, "dlopen =UnsafeCallback =UnsafeFnPointer =UnsafePointer =UnsafePointerView"],
    [GRAPHICS, "=UnsafeWindowSurface .webgpu"],
    ["there is no terminal", "consoleSize"],
    ["it is for notebooks", ".jupyter"],
    ["it is for linters", ".lint"],
    ["Skep traces calls and fetch itself", ".telemetry"],
    ["skep bundles nothing at run time", "+bundle"],
  ];

  const makers = ObjectAssign({ __proto__: null }, WORKING);
  for (const { 0: why, 1: names } of new SafeArrayIterator(REFUSED)) {
    for (const marked of new SafeArrayIterator(StringPrototypeSplit(names, " "))) {
      const name = RegExpPrototypeExec(/\w+/, marked)[0];
      const kind = marked[0];
      makers[name] = () => kind === "=" ? refusedClass(name, why) : kind === "." ? refusedNamespace(name, why) : refused(name, why, kind === "+");
    }
  }
  const OF_FILES = [
    "FsFile", "SeekMode", "watchFs", "lstat", "lstatSync", "open", "openSync", "readDir", "readDirSync", "readFile", "readFileSync", "readLink",
    "readLinkSync", "readTextFile", "readTextFileSync", "realPath", "realPathSync", "stat", "statSync", "chmod", "chmodSync", "chown", "chownSync",
    "copyFile", "copyFileSync", "create", "createSync", "link", "linkSync", "makeTempDir", "makeTempDirSync", "makeTempFile", "makeTempFileSync",
    "mkdir", "mkdirSync", "remove", "removeSync", "rename", "renameSync", "symlink", "symlinkSync", "truncate", "truncateSync", "utime",
    "utimeSync", "writeFile", "writeFileSync", "writeTextFile", "writeTextFileSync",
  ];
  for (let i = 0; i < OF_FILES.length; i++) makers[OF_FILES[i]] = () => files()[OF_FILES[i]];

  const made = { __proto__: null };

  /** The member of this name; undefined if Deno has none. */
  function read(name) {
    if (name === "exitCode") return exitCode;
    const maker = makers[name];
    if (maker === undefined) return undefined;
    return name in made ? made[name] : made[name] = maker();
  }

  const has = (name) => name === "exitCode" || name in makers;

  function write(name, value) {
    if (name !== "exitCode") throw new TypeError(`Deno.${name} cannot be set`);
    exitCode = value;
    return true;
  }

  return { __proto__: null, has, read, write };
})();
