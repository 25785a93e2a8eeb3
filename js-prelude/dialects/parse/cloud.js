// `Parse.Cloud` of a function: what a module registers while it loads, and what it cannot have here.
//
// parse/global.js puts the members over those of the SDK; parse/index.js closes the registration when the module has loaded.
//
// Invariant: after the load nothing is registered, and what could not be registered ends the load even if the module catches the error.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypePush,
    MapPrototypeForEach,
    MapPrototypeGetSize,
    MapPrototypeHas,
    MapPrototypeSet,
    RegExpPrototypeExec,
    TypeError,
  } = primordials;
  const { checkValidator } = core.loadExtScript("ext:skep/dialects/parse/validators.js");
  const { LEVEL_WARN, log } = core.loadExtScript("ext:skep/dialects/parse/host.js");

  const NAMES_MAX = 1_000;
  const NAME = /^[^/'"`\x00-\x1f\x7f]{1,128}$/;

  /** What needs the data that Parse Server keeps. */
  const TRIGGERS = [
    "beforeSave",
    "afterSave",
    "beforeDelete",
    "afterDelete",
    "beforeFind",
    "afterFind",
    "beforeLogin",
    "afterLogin",
    "afterLogout",
    "beforePasswordResetRequest",
    "beforeConnect",
    "beforeSubscribe",
    "afterLiveQueryEvent",
    "onLiveQueryEvent",
    "beforeSaveFile",
    "afterSaveFile",
    "beforeDeleteFile",
    "afterDeleteFile",
    "sendEmail",
  ];

  /** Throws, and ends the load: a module that catches the error would lack what it asked for. */
  function refuse(state, text) {
    const error = new TypeError(text);
    if (!state.isClosed) state.failure ??= error;
    throw error;
  }

  function checkOpen(state, member) {
    if (state.isClosed) refuse(state, `Parse.Cloud.${member} can only be called while ${state.settings.file} loads`);
  }

  function add(state, map, member, name, entry) {
    checkOpen(state, member);
    if (typeof name !== "string" || RegExpPrototypeExec(NAME, name) === null) {
      refuse(state, `Parse.Cloud.${member}: a name has 1 to 128 characters, without slashes, quotes and control characters`);
    }
    if (typeof entry.handler !== "function") refuse(state, `Parse.Cloud.${member}("${name}") needs a function`);
    if (MapPrototypeHas(map, name)) log(null, LEVEL_WARN, `Parse.Cloud.${member}("${name}") was called before: the last one counts`);
    else if (MapPrototypeGetSize(state.functions) + MapPrototypeGetSize(state.jobs) >= NAMES_MAX) refuse(state, `more than ${NAMES_MAX} names are registered with Parse.Cloud`);
    if (!state.hasLoaded) internals.dialects.register("parse", `Parse.Cloud.${member}`);
    MapPrototypeSet(map, name, entry);
  }

  /** The members of `Parse.Cloud` that the SDK has not, or has for clients. */
  function cloudOf(state) {
    const cloud = {
      define(name, handler, validator) {
        try {
          checkValidator(validator);
        } catch (error) {
          if (!state.isClosed) state.failure ??= error;
          throw error;
        }
        add(state, state.functions, "define", name, { __proto__: null, handler, validator });
      },
      job(name, handler) {
        add(state, state.jobs, "job", name, { __proto__: null, handler });
      },
      httpRequest() {
        throw new TypeError("Parse.Cloud.httpRequest was removed in Parse Server 6: use fetch");
      },
      useMasterKey() {
        log(internals.trace.currentCall() ?? null, LEVEL_WARN, "Parse.Cloud.useMasterKey() does nothing: give { useMasterKey: true } to each request");
      },
    };
    for (let i = 0; i < TRIGGERS.length; i++) {
      const member = TRIGGERS[i];
      cloud[member] = () => refuse(state, `Parse.Cloud.${member} needs Parse Server's data layer: leave it in Parse Server's cloud code`);
    }
    return cloud;
  }

  /** The names of a map, in the order of registration. */
  function namesOf(map) {
    const names = [];
    MapPrototypeForEach(map, (_, name) => ArrayPrototypePush(names, name));
    return names;
  }

  return { __proto__: null, cloudOf, namesOf };
})();
