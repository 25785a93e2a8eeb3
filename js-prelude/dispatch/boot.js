// What this instance is: its identity, environment, memory and handler, and the calls that it has begun and not finished.
//
// Rust calls `setIdentity` once, then `load` once. The other parts of dispatch/ read `instance`, index.js also sets its handler while the
// isolate warms up; index.js and stream.js keep `pendingCalls`.
//
// Invariant: identity and environment are set before any code of the function runs, and do not change afterwards.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_memory_bytes } = core.ops;
  const { ArrayPrototypeJoin, ArrayPrototypePush, ObjectFreeze, RegExpPrototypeExec, SafeMap } = primordials;
  const { detectDialect, noHandler } = internals.dialects;
  const { describe } = internals.errors;

  // A plain literal, which V8 keeps in fast mode; all its properties are its own, so no prototype is asked.
  const instance = {
    functionName: "",
    versionId: "",
    env: ObjectFreeze({ __proto__: null }),
    textMax: 2 ** 29, // Characters of an answer: `memory_mb` in bytes.
    handle: null, // (request, call) => the handler's result; of a server (call, method, bodyKind)
    isServer: false, // Whether the handler is a server of Node, which answers by itself.
    checkHandler: null, // What the module exports as `check`.
  };

  /** Id to Call, for calls that did not settle at once or whose answer still streams. */
  const pendingCalls = new SafeMap();

  /** What this instance is. `variables` is a flat list of keys and values; `main`: the url of the entry, if the function is one for Node. */
  function setIdentity(name, version, variables, main) {
    instance.functionName = name;
    instance.versionId = version;
    instance.textMax = op_skep_memory_bytes();
    const env = { __proto__: null };
    for (let i = 0; i < variables.length; i += 2) env[variables[i]] = variables[i + 1];
    instance.env = ObjectFreeze(env);
    if (main !== "") core.loadExtScript("ext:skep/node/index.js").install(instance, main);
  }

  let isWaiting = false; // For a server to listen.

  /**
   * Evaluates the linked module and finds its handler. Never rejects: the answer has the dialect's name, or the error's description. The
   * error is described here and not by deno_core, which would copy every property that a function puts into it. Without `url` the module is
   * evaluated already. A function for Node may begin to listen later: the answer waits for that, and `isOver` asks again when nothing is
   * left that could.
   */
  async function load(namespace, url, isOver) {
    if (isOver && !isWaiting) return { __proto__: null, dialect: "", error: "" };
    try {
      if (url !== "") await import(url);
      let found = detectDialect(defaultOf(namespace), instance.env);
      if (found === null && !isOver && internals.node !== undefined) {
        isWaiting = true;
        await core.loadExtScript("ext:skep/node/http/servers.js").listening();
        found = detectDialect(defaultOf(namespace), instance.env);
      }
      if (found === null) throw noHandler();
      instance.handle = found.handle;
      instance.isServer = found.name === "node";
      if (typeof namespace.check === "function") instance.checkHandler = namespace.check;
      return { __proto__: null, dialect: found.name, error: "" };
    } catch (error) {
      return { __proto__: null, dialect: "", error: describe(error) };
    }
  }

  /** What a built-in of Node exports, each name on a line. */
  function builtInNames(name) {
    const exports = core.loadExtScript("ext:skep/node/built_ins.js").builtIn(name);
    const names = [];
    for (const name in exports) {
      // What has no name in a list of names cannot be imported by it.
      if (RegExpPrototypeExec(/[\n\r]/, name) === null) ArrayPrototypePush(names, name);
    }
    return ArrayPrototypeJoin(names, "\n");
  }

  /** The default export; that of a module which was compiled to CommonJS is a member of what it exports. */
  function defaultOf(namespace) {
    const exported = namespace.default;
    const isCompiled = exported !== null && typeof exported === "object" && exported.__esModule === true;
    return isCompiled && exported.default !== undefined ? exported.default : exported;
  }

  return { builtInNames, instance, load, pendingCalls, setIdentity };
})();
