// The dialect of Firebase's functions: exports that `firebase-functions` marked, `onRequest`, `onCall` and `onSchedule`.
//
// dialects/detect.js finds it by the mark. The package itself answers (firebase/bundle.js); its requests and responses are those of Google's
// functions framework (gcf/index.js), which runs it there too. What a schedule calls is firebase/schedules.js's.
//
// Invariant: a call that carries a token is refused, unless `[firebase] ignore_auth` says that nobody relies on it.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeFilter,
    ArrayPrototypeJoin,
    ObjectKeys,
    RegExpPrototypeExec,
    RegExpPrototypeSymbolReplace,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    TypeError,
    decodeURIComponent,
  } = primordials;
  const { googleHandle } = core.loadExtScript("ext:skep/dialects/gcf/index.js");
  const { settings: packageSettings } = core.loadExtScript("ext:skep/dialects/firebase/bundle.js");

  const { markOf } = core.loadExtScript("ext:skep/dialects/shared/marks.js");

  const FIRST_PART = /^\/([^/?]+)/;

  const isMarked = (value) => markOf(value)?.dialect === "firebase";

  /** Names under which a module shows all that it exports. */
  const isWhole = (name) => name === "default" || name === "module.exports";

  /** Every marked function, by its name; those of a group have the group's before theirs: `group-name`. */
  function functionsOf(holder, prefix, found) {
    const names = ObjectKeys(holder);
    for (let i = 0; i < names.length; i++) {
      const value = holder[names[i]];
      if (isMarked(value)) found[prefix + names[i]] = value;
      else if (value !== null && typeof value === "object" && prefix === "" && !isWhole(names[i])) functionsOf(value, `${names[i]}-`, found);
    }
    return found;
  }

  const isScheduled = (fn) => markOf(fn).what.schedule !== null;

  /** What answers a request for a function: a scheduled one has no address. */
  const answerOf = (fn) => isScheduled(fn) ? (_request, _response, next) => next() : (request, response) => fn(request, response);

  /** Makes schedules of the functions that have one. */
  function registerScheduled(functions, settings) {
    const scheduled = ArrayPrototypeFilter(ObjectKeys(functions), (name) => isScheduled(functions[name]));
    if (scheduled.length === 0) return;
    const { register } = core.loadExtScript("ext:skep/dialects/firebase/schedules.js");
    for (let i = 0; i < scheduled.length; i++) register(scheduled[i], markOf(functions[scheduled[i]]).what, settings);
  }

  /** Of several functions the first part of the path names one, which sees the rest of it. */
  function byPath(functions) {
    const names = ArrayPrototypeJoin(ObjectKeys(functions), ", ");
    return (request, response, next) => {
      const first = RegExpPrototypeExec(FIRST_PART, request.url);
      const name = first === null ? "" : decoded(first[1]);
      if (!(name in functions)) return response.status(404).send(`Function ${name} does not exist, valid functions are: ${names}`);
      const rest = StringPrototypeSlice(request.url, first[0].length);
      request.baseUrl = first[0];
      request.url = StringPrototypeStartsWith(rest, "/") ? rest : `/${rest}`;
      return answerOf(functions[name])(request, response, next);
    };
  }

  function decoded(part) {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  }

  /** The name of a function that `handler` names: members of a group have the group's before theirs. */
  const nameOf = (path) => RegExpPrototypeSymbolReplace(/\./g, path, "-");

  function handlerOf({ exported, fn, name, namespace }, settings) {
    packageSettings.ignoreAuth = settings.firebase?.ignoreAuth === true;
    if (settings.handler !== null && isMarked(fn)) {
      registerScheduled({ __proto__: null, [nameOf(name)]: fn }, settings);
      return googleHandle(settings, answerOf(fn));
    }
    const functions = functionsOf(namespace, "", { __proto__: null });
    if (exported !== null && typeof exported === "object") functionsOf(exported, "", functions);
    if (isMarked(exported)) functions.default = exported;
    const names = ObjectKeys(functions);
    if (names.length === 0) {
      if (typeof fn !== "function") throw new TypeError("no handler found: export a function of firebase-functions");
      return googleHandle(settings, (request, response) => fn(request, response));
    }
    registerScheduled(functions, settings);
    return googleHandle(settings, names.length === 1 ? answerOf(functions[names[0]]) : byPath(functions));
  }

  return { __proto__: null, handlerOf };
})();
