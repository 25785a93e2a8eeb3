// Finds the dialect of a module that is not plainly one of the web: by function.toml, by what it registers or marks, by its package.json, by
// what it exports, and at last by the names of its handler's parameters.
//
// dialects/index.js asks once the module has loaded; the rules and their order are those of functions/README.md, "Dialects". Each dialect is
// a lazy script, `dialects/NAME/index.js`.
//
// Invariant: the dialect of a version never depends on a request, and no rule but the last is a guess.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_settings } = core.ops;
  const {
    ArrayIsArray, ArrayPrototypeFilter, ArrayPrototypeIncludes, ArrayPrototypeJoin, ArrayPrototypeMap, ArrayPrototypePush, JSONParse, ObjectKeys,
    RegExpPrototypeExec, StringPrototypeSlice, StringPrototypeSplit, StringPrototypeStartsWith, TypeError,
  } = primordials;
  const { closeRegistrations, ofTheWeb, registered } = internals.dialects;
  const { markOf } = core.loadExtScript("ext:skep/dialects/shared/marks.js");
  const { parametersOf } = core.loadExtScript("ext:skep/dialects/shared/parameters.js");

  /** Dialects whose handler is found by what it registers. */
  const REGISTERED = ["parse", "gcf", "azure", "workers"];
  const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
  const OF_THE_HOST = ["default", "module.exports", "check", "config", "__esModule"];
  const NODE_DIALECTS = "kubeless, openfaas, fission, lambda, node or plain";
  const WHERE = "in function.toml";
  let settings = null;

  /** What function.toml and the folder say, as `of` of runtime/ops/settings.rs writes it, and the environment. */
  function settingsOf(instance) {
    settings ??= { ...JSONParse(op_skep_settings()), env: instance.env };
    return settings;
  }

  /** Before the module is evaluated: what its dialect makes global. */
  function prepare(instance) {
    const { dialect, hint, parse } = settingsOf(instance);
    if (dialect === "parse" || parse !== null || (dialect === null && hint === "parse")) {
      core.loadExtScript("ext:skep/dialects/parse/global.js").install(instance, settings);
    }
    if (dialect === "kubeless") core.loadExtScript("ext:skep/dialects/kubeless/variables.js").install(settings);
    if ((dialect ?? hint) === "lambda") core.loadExtScript("ext:skep/dialects/lambda/environment.js").prepare(settings);
  }

  const fail = (text) => {
    throw new TypeError(text);
  };

  /** A handler that answers by itself. */
  const answering = (name, handle, from) => ({ __proto__: null, name, handle, answersItself: true, from });

  /** The handler of the dialect `name`, by its lazy script. */
  function ofScript(name, found, from) {
    closeRegistrations();
    const made = core.loadExtScript(`ext:skep/dialects/${name}/index.js`).handlerOf(found, settings);
    return answering(name, made, from);
  }

  /** The chosen handler: that of `handler`, or else one that is exported. */
  const foundOf = (module, name, fn) => ({ __proto__: null, namespace: module.namespace, exported: module.exported, name, fn });

  /** The handler in dialect `name` for the function `fn`. */
  function ofDialect(module, name, found, from) {
    const web = name === "plain" || name === "workers" || name === "deno";
    if (web) {
      const exported = found.fn ?? module.exported;
      return ofTheWeb(exported, settings.env, name) ?? fail(`${settings.file} has no handler for dialect = "${name}"`);
    }
    if (name === "node") return ofNode(module, found, from);
    return ofScript(name, found, from);
  }

  /** An application, a server that listens, or else `(req, res)`. */
  function ofNode(module, found, from) {
    internals.requireNode();
    const handle = core.loadExtScript("ext:skep/node/http/servers.js").handlerOf(found.fn ?? module.exported);
    if (handle !== null) return answering("node", handle, from);
    if (found.fn === null) return null;
    closeRegistrations();
    return answering("node", core.loadExtScript("ext:skep/dialects/express/index.js").handlerOf(found, settings), from);
  }

  /** What `handler` names: a member of what the module exports; null without the setting. */
  function namedByHandler(module) {
    const { file, handler } = settings;
    if (handler === null) return null;
    const stem = StringPrototypeSplit(file, ".")[0];
    // `file` has no folders, and the file part of `handler` may have some.
    const parts = StringPrototypeSplit(handler, "/");
    const last = parts[parts.length - 1];
    if (last === stem) return foundOf(module, "default", typeof module.exported === "function" ? module.exported : null);
    const named = StringPrototypeStartsWith(last, `${stem}.`) ? StringPrototypeSlice(last, stem.length + 1) : handler;
    const path = StringPrototypeSplit(named, ".");
    for (const root of [module.exported, module.namespace]) {
      let value = root;
      for (let i = 0; i < path.length && value !== undefined && value !== null; i++) value = value[path[i]];
      if (typeof value === "function") return foundOf(module, named, value);
      // The application, or the registered function, that is meant.
      if (value !== undefined && value !== null && typeof value === "object") return { ...foundOf(module, named, null), exported: value };
    }
    const { functions } = exportsOf(module);
    // Hosts that register take it for the name of one of those.
    if (ArrayPrototypeIncludes(REGISTERED, registeredDialect() ?? "")) return foundOf(module, named, null);
    return fail(`handler = "${handler}", but ${file} exports${functions.length === 0 ? " no function" : `: ${ArrayPrototypeJoin(functions, ", ")}`}`);
  }

  /** The names of what the module exports, and of the functions among it. */
  function exportsOf(module) {
    const { exported, isCommonJs, namespace } = module;
    const root = isCommonJs && exported !== null && (typeof exported === "object" || typeof exported === "function") ? exported : namespace;
    const names = ArrayPrototypeFilter(ObjectKeys(root), (name) => !ArrayPrototypeIncludes(OF_THE_HOST, name));
    return { __proto__: null, root, names, functions: ArrayPrototypeFilter(names, (name) => typeof root[name] === "function") };
  }

  /** The dialect in which the module has registered a handler. Two are an error. */
  function registeredDialect() {
    const names = ArrayPrototypeFilter(REGISTERED, (name) => registered(name).length > 0);
    if (ofTheWeb(null, null, "deno") !== null) ArrayPrototypePush(names, "deno");
    if (names.length < 2) return names[0];
    const shown = { __proto__: null, azure: "app.http", deno: "Deno.serve", gcf: "functions.http", parse: "Parse.Cloud.define", workers: "a listener for fetch" };
    const both = ArrayPrototypeJoin(ArrayPrototypeMap(names, (name) => shown[name]), " and ");
    return fail(`${settings.file} registers both ${both}; set dialect = "\u2026" ${WHERE}`);
  }

  /** Rules 2 to 5: what leaves no doubt. */
  function certain(module, named) {
    const { exported } = module;
    const { names, functions, root } = exportsOf(module);
    const whole = foundOf(module, "default", typeof exported === "function" ? exported : null);
    const of = (name) => named ?? foundOf(module, name, root[name]);
    const registeredIn = registeredDialect();
    if (registeredIn !== undefined) return ofDialect(module, registeredIn, named ?? foundOf(module, "default", null), "what it registers");
    for (const name of functions) {
      const mark = markOf(root[name]);
      if (mark !== undefined && (named === null || named.fn === root[name])) return ofDialect(module, mark.dialect, of(name), `the export ${name}`);
    }
    const mark = markOf(named === null ? exported : named.fn);
    if (mark !== undefined) return ofDialect(module, mark.dialect, named ?? whole, "the default export");
    if (named === null) {
      if (isOfNetlify(module.namespace.config) && (whole.fn !== null ? !isApplication(whole.fn) : typeof exported?.fetch === "function")) {
        return ofDialect(module, "netlify", whole, "its config");
      }
      // With Netlify's package `fetch` gets its context, and not the environment.
      const web = settings.hint === "netlify" ? null : ofTheWeb(exported, settings.env, "workers");
      if (web !== null) return web;
      if (functions.length > 0 && ArrayPrototypeFilter(names, (name) => ArrayPrototypeIncludes(METHODS, name) && typeof root[name] === "function").length > 0) {
        return ofDialect(module, "vercel", foundOf(module, "default", null), "exports named by methods");
      }
    }
    return byPackage(module, named, whole) ?? byHandlerExport(module, named, of);
  }

  /** Whether an export `config` says what Netlify's says: the paths of the function, or when it runs. */
  function isOfNetlify(config) {
    const path = ArrayIsArray(config?.path) ? config.path[0] : config?.path;
    return typeof config?.schedule === "string" || (typeof path === "string" && path[0] === "/");
  }

  /** Rule 4: the package.json of the folder. */
  function byPackage(module, named, whole) {
    const { hint } = settings;
    const { root } = exportsOf(module);
    if (hint === null || hint === "parse") return null;
    const from = "its package.json";
    if (hint === "openfaas" || hint === "vercel") {
      const found = named ?? whole;
      return found.fn === null || isApplication(found.fn) ? null : ofDialect(module, hint, found, from);
    }
    if (typeof root.handler === "function") return ofDialect(module, hint, named ?? foundOf(module, "handler", root.handler), from);
    // Netlify's second kind of handler.
    const isNetlify = hint === "netlify" && (whole.fn !== null ? !isApplication(whole.fn) : typeof module.exported?.fetch === "function");
    return isNetlify && named === null ? ofDialect(module, hint, whole, from) : null;
  }

  /** Rule 5: an export `handler` is Lambda's. */
  function byHandlerExport(module, named, of) {
    const { root } = exportsOf(module);
    if (typeof root.handler !== "function" || (named !== null && named.fn !== root.handler)) return null;
    return ofDialect(module, "lambda", of("handler"), "the export handler");
  }

  const isApplication = (value) => typeof value.handle === "function" || typeof value.callback === "function";

  /** Rule 6: the names of the parameters of a single function. */
  function guessed(module, found) {
    const { file } = settings;
    const { 0: first, 1: second } = parametersOf(found.fn);
    const is = (names, name) => name !== undefined && RegExpPrototypeExec(names, name) !== null;
    const guess = (name) => ofDialect(module, name, found, `guessed from the parameters of ${found.name === "default" ? "its handler" : found.name}`);
    if (is(/^_*(?:res|response|reply|resp)$/, second)) return guess("node");
    if (is(/^_?(?:event|evt|e)$/, first) && is(/^_*(?:context|ctx|callback|cb)$/, second)) {
      return guess(StringPrototypeStartsWith(file, "handler.") ? "openfaas" : "kubeless");
    }
    if (is(/^_*(?:context|ctx)$/, first)) {
      if (is(/^_*(?:callback|cb|done|clients)$/, second)) return guess("fission");
      if (second === undefined && module.isCommonJs) return guess("fission");
    }
    // Skep's own handlers may be CommonJS modules too.
    if (!module.isCommonJs || first === undefined || is(/^_*(?:request|req|r)?$/, first)) return guess("plain");
    const shown = `${first || "{\u2026}"}${second === undefined ? "" : `, ${second || "{\u2026}"}`}`;
    return fail(`cannot tell what calls ${file}'s (${shown}): set dialect = "\u2026" ${WHERE}, one of ${NODE_DIALECTS}`);
  }

  /** The single function that the module exports, or null. */
  function single(module) {
    const { exported } = module;
    if (typeof exported === "function") return foundOf(module, "default", exported);
    const { functions, root } = exportsOf(module);
    return functions.length === 1 ? foundOf(module, functions[0], root[functions[0]]) : null;
  }

  /** Why no rule has found a handler. */
  function noHandler(module) {
    const cron = ofTheWeb(undefined, settings.env, "deno"); // A module that only schedules call.
    if (cron !== null) return cron;
    const { functions } = exportsOf(module);
    const { file } = settings;
    if (functions.length > 1) {
      const stem = StringPrototypeSplit(file, ".")[0];
      return fail(`${file} exports ${ArrayPrototypeJoin(functions, ", ")}; say which is called: handler = "${stem}.${functions[0]}" ${WHERE}`);
    }
    if (settings.parse !== null) return fail(`${file} registers nothing with Parse.Cloud.define or Parse.Cloud.job while it loads: await what imports the files that do`);
    return fail(
      `no handler found in ${file}: it exports none and registers none; use \`export default (request, ctx) => ...\`, \`export default { fetch(request, env, ctx) { ... } }\`, \`Deno.serve(handler)\`, a server of node:http that listens, or one of the dialects of functions/README.md`,
    );
  }

  /** The answer of `detectDialect` in dialects/index.js. */
  function detect(namespace, exported, instance, isOver) {
    settingsOf(instance);
    const module = { __proto__: null, namespace, exported, isCommonJs: "module.exports" in namespace };
    const named = namedByHandler(module);
    if (settings.dialect !== null) {
      const found = ofDialect(module, settings.dialect, named ?? single(module) ?? foundOf(module, "default", null), `dialect ${WHERE}`);
      return found ?? (isOver ? noHandler(module) : null);
    }
    const found = certain(module, named);
    if (found !== null) return found;
    if (internals.node !== undefined) {
      const handle = core.loadExtScript("ext:skep/node/http/servers.js").handlerOf(named === null ? exported : named.fn ?? named.exported);
      if (handle !== null) return answering("node", handle, "the application or server");
    }
    const one = named ?? single(module);
    // Cloud code may export the function that registers the others.
    if (settings.parse !== null && named === null && typeof exported === "function") return ofDialect(module, "parse", one, `[parse] ${WHERE}`);
    if (one !== null && one.fn !== null) return guessed(module, one);
    return isOver ? noHandler(module) : null;
  }

  return { __proto__: null, detect, prepare };
})();
