// What this instance is: its identity, environment, memory and handler, and the calls that it has begun and not finished.
//
// Rust calls `setIdentity` once, then `load` once. The other parts of dispatch/ read `instance`, index.js also sets its handler while the
// isolate warms up; index.js and stream.js keep `pendingCalls`.
//
// Invariant: identity and environment are set before any code of the function runs, and do not change afterwards.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_memory_bytes } = core.ops;
  const {
    ArrayPrototypeJoin, ArrayPrototypePush, JSONStringify, ObjectFreeze, ObjectPrototypeIsPrototypeOf, ObjectSetPrototypeOf, Promise, PromisePrototype,
    PromisePrototypeThen, RegExpPrototypeExec, SafeMap,
  } = primordials;
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");
  const { closeRegistrations, detectDialect, isServed, ofTheWeb, watchFinished } = internals.dialects;
  const { describe } = internals.errors;

  /** Longer than any text. */
  const TEXT_MAX = 2 ** 29;

  // Some of its members are asked for before they are there: no prototype of the function may answer, and see it.
  ObjectSetPrototypeOf(internals, null);

  // A plain literal, which V8 keeps in fast mode; all its properties are its own, so no prototype is asked.
  const instance = {
    functionName: "",
    versionId: "",
    main: "", // The url of the entry.
    env: ObjectFreeze({ __proto__: null }),
    textMax: TEXT_MAX, // Characters of an answer: `memory_mb` in bytes.
    handle: null, // (call, method, bodyKind) => the handler's result
    hasSettings: false, // Whether function.toml or the folder says something about its dialect.
    answersItself: false, // Whether the handler answers the call, and what it returns means nothing.
    checkHandler: null, // What the module exports as `check`.
    scheduledHandler: null, // What has a method `scheduled`, or a plain function: for schedules that the module does not register.
    runScheduled: null, // (event, call) => anything: in the place of scheduledHandler, a dialect that calls its function in its own way.
  };

  /** Id to Call, for calls that did not settle at once or whose answer still streams. */
  const pendingCalls = new SafeMap();

  /**
   * What this instance is. `variables` is a flat list of keys and values; `main`: the url of the entry; `isNode`: whether the function is one
   * for Node; `hasSettings`: whether something is known about its dialect before it loads.
   */
  function setIdentity(name, version, variables, main, isNode, hasSettings) {
    instance.functionName = name;
    instance.versionId = version;
    instance.main = main;
    instance.textMax = op_skep_memory_bytes();
    const env = { __proto__: null };
    for (let i = 0; i < variables.length; i += 2) env[variables[i]] = variables[i + 1];
    instance.env = ObjectFreeze(env);
    instance.hasSettings = hasSettings;
    // A handler may get requests of Node although its module names nothing of Node.
    internals.requireNode = () => {
      if (internals.node === undefined) core.loadExtScript("ext:skep/node/index.js").install(instance, main);
    };
    if (isNode) internals.requireNode();
    if (hasSettings) core.loadExtScript("ext:skep/dialects/detect.js").prepare(instance);
  }

  let isWaiting = false; // For a server to listen.
  let isEvaluated = false; // The module has run to its end.
  let isLoaded = false; // Its handler is known.
  const failed = (error) => ({ __proto__: null, dialect: "", from: "", names: "", schedules: "", error });

  /**
   * Evaluates the linked module and finds its handler. Never rejects: the answer has the dialect's name, how it
   * was found, and as JSON the names by which the host calls it, and whether the module has not run to its end; or the error's description. The
   * error is described here and not by deno_core, which would copy every property that a function puts into it. Without `url` the module is
   * evaluated already. A function for Node may begin to listen later: the answer waits for that, and `isOver` asks again when nothing is
   * left that could.
   */
  async function load(namespace, url, isOver) {
    if (isOver && !isWaiting && !isServed()) return failed("");
    try {
      if (url !== "") await evaluated(url);
      else if (!isOver) isEvaluated = true;
      if (!isEvaluated && isServed()) return loadedAs(ofTheWeb(undefined, instance.env, "deno"), undefined);
      let found = detectDialect(namespace, defaultOf(namespace), instance, isOver || internals.node === undefined);
      if (found === null) {
        isWaiting = true;
        await core.loadExtScript("ext:skep/node/http/servers.js").listening();
        found = detectDialect(namespace, defaultOf(namespace), instance, true);
      }
      if (isPromise(found.handle)) await made(found);
      return loadedAs(found, namespace);
    } catch (error) {
      return failed(describe(error));
    }
  }

  /**
   * Waits until the module is evaluated, or until it waits for its server of Deno.serve to end: `await server.finished` is the last line of
   * some modules. In parentheses V8 compiles it into the snapshot, where nothing calls it.
   */
  const evaluated = (function (url) {
    const { setTimeout } = core.loadExtScript("ext:deno_web/02_timers.js");
    return new Promise((function (resolve, reject) {
      const done = (function () {
        isEvaluated = true;
        resolve();
      });
      // Once the function serves, nobody waits for the module.
      PromisePrototypeThen(import(url), done, (error) => isLoaded ? reportError(error) : reject(error));
      // A module that only reads it has run to its end before the timer ends.
      watchFinished(() => setTimeout(resolve, 1));
    }));
  });

  const isPromise = (handle) => typeof handle !== "function" && ObjectPrototypeIsPrototypeOf(PromisePrototype, handle);

  /**
   * Waits for a handler that its dialect makes later. Neither the handler nor what is said of it ever goes through an `await`: a `then` that
   * the module has given to all functions, or to all promises, could put another one in its place, and would get the Call.
   */
  function made(found) {
    return new Promise((resolve, reject) => {
      PromisePrototypeThen(found.handle, (handle) => {
        found.handle = handle;
        resolve();
      }, reject);
    });
  }

  /** Notes the handler that was found, and says what it is. In parentheses as `evaluated`. */
  const loadedAs = (function (found, namespace) {
    closeRegistrations();
    isLoaded = true;
    // A dialect that the host calls by names tells them beside its handler; one that answers every schedule, how.
    const { handle, names = null, runScheduled = null } = typeof found.handle === "function" ? { __proto__: null, handle: found.handle } : found.handle;
    instance.handle = handle;
    instance.runScheduled = runScheduled;
    instance.answersItself = found.answersItself;
    // Of a module that has not run to its end nothing can be read.
    if (namespace !== undefined) {
      if (typeof namespace.check === "function") instance.checkHandler = namespace.check;
      instance.scheduledHandler = scheduledOf(defaultOf(namespace), found.name);
    }
    return {
      __proto__: null,
      dialect: found.name,
      from: found.from,
      names: names === null ? "" : JSONStringify(names),
      schedules: schedulesText(),
      waits: !isEvaluated,
      error: "",
    };
  });

  /** What a module has for schedules that it does not register; null if it has nothing. */
  function scheduledOf(exported, dialect) {
    if (exported !== null && typeof exported === "object" && typeof exported.scheduled === "function") return exported;
    return dialect === "plain" && typeof exported === "function" ? exported : null;
  }

  /** What the module says about schedules, as function/module_schedules.rs reads it. */
  function schedulesText() {
    // dispatch/scheduled.js loads with the first schedule that is registered.
    const registered = internals.schedules === undefined ? "" : internals.schedules.list();
    return `${instance.scheduledHandler === null && instance.runScheduled === null ? "" : "handler"}\n${registered}`;
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

  /** Runs, for the snapshot, what leaves no trace of the way from a module to its handler. Returns the handler. */
  function warm(exported) {
    setIdentity("", "", [], "", false, false);
    instance.textMax = TEXT_MAX;
    load(undefined, "", true); // Is over at once.
    const namespace = { __proto__: null, default: exported };
    const { handle, name } = detectDialect(namespace, defaultOf(namespace), instance, true);
    scheduledOf(exported, name);
    schedulesText();
    watchFinished(null);
    return handle;
  }

  return { builtInNames, instance, load, pendingCalls, setIdentity, warm };
})();
