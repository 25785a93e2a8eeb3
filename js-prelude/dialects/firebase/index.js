// The dialect of Firebase's functions: exports that `firebase-functions` marked, `onRequest`, `onCall` and `onSchedule`.
//
// dialects/detect.js finds it by the mark. The package itself answers (firebase/bundle.js); its requests and responses are those of Google's
// functions framework (gcf/index.js), which runs it there too.
//
// Invariant: a call that carries a token is refused, unless `[firebase] ignore_auth` says that nobody relies on it.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    ObjectKeys,
    RegExpPrototypeExec,
    StringPrototypeIndexOf,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    TypeError,
    decodeURIComponent,
  } = primordials;
  const { googleHandle } = core.loadExtScript("ext:skep/dialects/gcf/index.js");
  const { settings: packageSettings } = core.loadExtScript("ext:skep/dialects/firebase/bundle.js");

  const FIRST_PART = /^\/([^/?]+)/;
  const TRIGGERS = ["httpsTrigger", "callableTrigger", "scheduleTrigger"];

  const isMarked = (value) => typeof value === "function" && value.__endpoint !== null && typeof value.__endpoint === "object";

  /** Every marked function, by its name; those of a group have the group's before theirs: `group-name`. */
  function functionsOf(holder, prefix, found) {
    const names = ObjectKeys(holder);
    for (let i = 0; i < names.length; i++) {
      const value = holder[names[i]];
      if (isMarked(value)) found[prefix + names[i]] = value;
      else if (value !== null && typeof value === "object" && prefix === "" && names[i] !== "default") functionsOf(value, `${names[i]}-`, found);
    }
    return found;
  }

  function checkTriggers(functions) {
    for (const name in functions) {
      const { __endpoint } = functions[name];
      const kinds = ObjectKeys(__endpoint);
      let isKnown = false;
      for (let i = 0; i < TRIGGERS.length; i++) isKnown ||= __endpoint[TRIGGERS[i]] !== undefined;
      if (isKnown) continue;
      const triggers = [];
      for (let i = 0; i < kinds.length; i++) if (StringPrototypeIndexOf(kinds[i], "Trigger") !== -1) ArrayPrototypePush(triggers, kinds[i]);
      throw new TypeError(`${name} has a trigger that Skep has not (${ArrayPrototypeJoin(triggers, ", ")}): only onRequest, onCall and onSchedule are supported`);
    }
  }

  /** The function that `handler` names: its last part, or a group's and its own. */
  function pick(functions, handler) {
    if (typeof handler !== "string" || handler === "") return null;
    const last = StringPrototypeSlice(handler, StringPrototypeLastIndexOf(handler, ".") + 1);
    if (last in functions) return functions[last];
    throw new TypeError(`no export of firebase-functions is called ${last}: ${ArrayPrototypeJoin(ObjectKeys(functions), ", ")}`);
  }

  /** Of several functions the first part of the path names one, which sees the rest of it. */
  function byPath(functions) {
    const names = ArrayPrototypeJoin(ObjectKeys(functions), ", ");
    return (request, response) => {
      const first = RegExpPrototypeExec(FIRST_PART, request.url);
      const name = first === null ? "" : decoded(first[1]);
      if (!(name in functions)) return response.status(404).send(`Function ${name} does not exist, valid functions are: ${names}`);
      const rest = StringPrototypeSlice(request.url, first[0].length);
      request.baseUrl = first[0];
      request.url = StringPrototypeStartsWith(rest, "/") ? rest : `/${rest}`;
      return functions[name](request, response);
    };
  }

  function decoded(part) {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  }

  function handlerOf({ exported, fn, namespace }, settings) {
    const functions = functionsOf(namespace, "", { __proto__: null });
    if (exported !== null && typeof exported === "object") functionsOf(exported, "", functions);
    if (isMarked(exported)) functions.default = exported;
    const names = ObjectKeys(functions);
    if (names.length === 0) {
      if (typeof fn !== "function") throw new TypeError("no handler found: export a function of firebase-functions");
      return googleHandle(settings, (request, response) => fn(request, response));
    }
    checkTriggers(functions);
    packageSettings.ignoreAuth = settings.firebase?.ignoreAuth === true;
    const picked = pick(functions, settings.handler) ?? (names.length === 1 ? functions[names[0]] : null);
    return googleHandle(settings, picked === null ? byPath(functions) : (request, response) => picked(request, response));
  }

  return { __proto__: null, handlerOf };
})();
