// Node's `os`, as an instance sees it: its memory limit is the machine's memory, and it has one processor.
//
// node/built_ins.js gives it to functions; it stands for `os.ts` of deno_node, whose `constants` read it.
//
// Invariant: nothing of the machine shows: neither names, nor addresses, nor users.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectDefineProperty, SymbolToPrimitive } = primordials;
  const { os: constants } = core.loadExtScript("ext:deno_node/internal_binding/constants.ts");
  const { refused } = core.loadExtScript("ext:skep/node/refused.js");
  const host = internals.node;

  const asFunction = (name, value) => {
    const read = () => value;
    read[SymbolToPrimitive] = () => value; // `${os.EOL}`'s kind of use: as Node's functions have it.
    ObjectDefineProperty(read, "name", { __proto__: null, value: name, configurable: true });
    return read;
  };

  const members = {
    arch: asFunction("arch", host.arch),
    availableParallelism: asFunction("availableParallelism", 1),
    constants,
    cpus: () => [{ model: "", speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }],
    devNull: "/dev/null",
    endianness: asFunction("endianness", "LE"),
    EOL: "\n",
    freemem: () => {
      const { heapTotal, external, limit } = host.memory();
      return limit > heapTotal + external ? limit - heapTotal - external : 0;
    },
    getPriority: () => 0,
    homedir: asFunction("homedir", host.folder),
    hostname: asFunction("hostname", "localhost"),
    loadavg: () => [0, 0, 0],
    machine: asFunction("machine", host.arch === "x64" ? "x86_64" : "aarch64"),
    networkInterfaces: () => ({}),
    platform: asFunction("platform", "linux"),
    release: asFunction("release", "6.0.0"),
    setPriority: refused("os.setPriority()", "functions share one process"),
    tmpdir: asFunction("tmpdir", "/tmp"),
    totalmem: () => host.memory().limit,
    type: asFunction("type", "Linux"),
    uptime: () => internals.nodeBuiltIn("process").uptime(),
    userInfo: () => ({ uid: -1, gid: -1, username: "", homedir: host.folder, shell: null }),
    version: asFunction("version", ""),
  };
  return members;
})();
