// Node's built-in modules: loaded at their first use, and kept.
//
// node/require.js and node/index.js ask for them by name, without `node:`. Most are deno_node's files (`src/polyfills`), which find
// their natives in node/natives.js; others are ours; node/refused.js has what a function cannot have.
//
// Invariant: a module that is not there exists all the same, and says at its use what to do instead.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayPrototypeIncludes, ArrayPrototypeMap, Error, ObjectKeys, StringPrototypeSlice, StringPrototypeStartsWith } = primordials;
  const modules = core.loadExtScript("ext:skep/node/modules.js");
  core.loadExtScript("ext:skep/node/natives.js");
  const { modules: refusedModules } = core.loadExtScript("ext:skep/node/refused.js");

  internals.nodeBuiltIn = (name) => builtIn(name);

  /** What `require` returns for an internal module: its default export, if it has one. */
  const file = (specifier) => () => {
    const exports = modules.load(specifier);
    return exports.default ?? exports;
  };

  /** A module whose servers are answered by the host. */
  const server = (specifier) => () => {
    const exports = file(specifier)();
    core.loadExtScript("ext:skep/node/http/listen.js").install(exports.Server);
    return exports;
  };

  const LOADERS = {
    __proto__: null,
    assert: file("ext:deno_node/assert.ts"),
    "assert/strict": () => builtIn("assert").strict,
    async_hooks: file("ext:deno_node/async_hooks.ts"),
    buffer: file("ext:deno_node/internal/buffer.mjs"),
    child_process: refusedModules.child_process,
    cluster: refusedModules.cluster,
    console: () => globalThis.console,
    constants: file("ext:deno_node/constants.ts"),
    crypto: file("ext:deno_node/crypto.ts"),
    dgram: refusedModules.dgram,
    diagnostics_channel: file("ext:deno_node/diagnostics_channel.js"),
    dns: file("ext:deno_node/dns.ts"),
    "dns/promises": file("ext:deno_node/dns/promises.ts"),
    domain: file("ext:deno_node/domain.ts"),
    events: file("ext:deno_node/_events.mjs"),
    fs: () => core.loadExtScript("ext:skep/node/fs/index.js"),
    "fs/promises": () => builtIn("fs").promises,
    http: server("ext:deno_node/http.ts"),
    http2: refusedModules.http2,
    https: server("ext:deno_node/https.ts"),
    inspector: refusedModules.inspector,
    "inspector/promises": refusedModules.inspector,
    module: () => core.loadExtScript("ext:skep/node/require.js").Module,
    net: file("ext:deno_node/node:net"),
    os: file("ext:deno_node/os.ts"),
    path: file("ext:deno_node/path/mod.ts"),
    "path/posix": () => builtIn("path").posix,
    "path/win32": () => builtIn("path").win32,
    perf_hooks: file("ext:deno_node/perf_hooks.js"),
    process: file("ext:deno_node/node:process"),
    punycode: file("ext:deno_node/punycode.ts"),
    querystring: file("ext:deno_node/querystring.js"),
    readline: file("ext:deno_node/node:readline"),
    "readline/promises": file("ext:deno_node/readline/promises.ts"),
    repl: refusedModules.repl,
    sea: refusedModules.sea,
    sqlite: refusedModules.sqlite,
    stream: file("ext:deno_node/node:stream"),
    "stream/consumers": file("ext:deno_node/stream/consumers.js"),
    "stream/promises": file("ext:deno_node/node:stream/promises"),
    "stream/web": file("ext:deno_node/stream/web.js"),
    string_decoder: file("ext:deno_node/string_decoder.ts"),
    sys: () => builtIn("util"),
    test: refusedModules.test,
    "test/reporters": refusedModules.test,
    timers: file("ext:deno_node/timers.ts"),
    "timers/promises": file("ext:deno_node/timers/promises.ts"),
    tls: file("ext:deno_node/node:tls"),
    trace_events: refusedModules.trace_events,
    tty: () => ({ isatty: () => false, ReadStream: class ReadStream {}, WriteStream: class WriteStream {} }),
    url: file("ext:deno_node/url.ts"),
    util: file("ext:deno_node/util.ts"),
    "util/types": file("ext:deno_node/internal/util/types.ts"),
    v8: refusedModules.v8,
    vm: refusedModules.vm,
    wasi: refusedModules.wasi,
    worker_threads: refusedModules.worker_threads,
    zlib: file("ext:deno_node/zlib.js"),
  };

  const loaded = { __proto__: null };
  /** Those that have no name without the scheme: `function/node.rs` knows them too. */
  const WITH_SCHEME_ONLY = ["sea", "sqlite", "test", "test/reporters"];

  const builtInModules = ArrayPrototypeMap(ObjectKeys(LOADERS), (name) => ArrayPrototypeIncludes(WITH_SCHEME_ONLY, name) ? `node:${name}` : name);

  const nameOf = (id) => StringPrototypeStartsWith(id, "node:") ? StringPrototypeSlice(id, 5) : id;
  const isBuiltIn = (id) => {
    const name = nameOf(`${id}`);
    return name in LOADERS && (name !== id || !ArrayPrototypeIncludes(WITH_SCHEME_ONLY, name));
  };

  /** The exports of a built-in. */
  function builtIn(name) {
    if (name in loaded) return loaded[name];
    const load = LOADERS[name] ?? core.loadExtScript("ext:skep/dialects/host_modules.js").LOADERS[name];
    if (load === undefined) {
      const error = new Error(`The built-in module node:${name} is not available in a function`);
      error.code = "ERR_UNKNOWN_BUILTIN_MODULE";
      throw error;
    }
    return loaded[name] = load();
  }

  return { builtIn, builtInModules, isBuiltIn, nameOf };
})();
