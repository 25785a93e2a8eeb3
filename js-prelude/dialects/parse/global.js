// The global `Parse` of a function: npm parse, set up for this folder, with the `Parse.Cloud` of a server.
//
// dialects/ calls `install` before the module of a Parse function is evaluated; `parse/node` and `parse` are the same object. The SDK loads
// when the global is first touched. parse/index.js takes the state for its calls.
//
// Invariant: the SDK is loaded at most once, and knows only the keys that Parse Server shows its cloud code.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectAssign, ObjectDefineProperty, ObjectFreeze, ObjectKeys, ReflectDeleteProperty, SafeMap, TypeError } = primordials;
  const { keysOf, VARIABLES } = core.loadExtScript("ext:skep/dialects/parse/keys.js");

  let state = null;

  /** `[parse]` of a folder that says nothing. */
  const DEFAULTS = { __proto__: null, mount: "/parse", appId: null, serverUrl: null, masterKeyIps: null, idempotent: [] };

  /** Everything that the calls of this instance share. */
  function stateOf(given) {
    const settings = given.parse === null ? { __proto__: null, ...given, parse: DEFAULTS } : given;
    let sdk = null;
    return {
      __proto__: null,
      settings,
      keys: keysOf(settings),
      functions: new SafeMap(), // Name to { handler, validator }.
      jobs: new SafeMap(), // Name to { handler }.
      hasLoaded: false, // Whether the module was evaluated; a function that it exports may register still.
      isClosed: false, // Whether nothing is registered any more.
      failure: null, // The first error of a registration.
      isWarned: false, // Whether a warning of an open application was written.
      encode: null, // The SDK's; set when it loads.
      get sdk() {
        return sdk ??= loadSdk(this);
      },
      get fetch() {
        return core.loadExtScript("ext:deno_fetch/26_fetch.js").fetch;
      },
      get AbortController() {
        return core.loadExtScript("ext:deno_web/03_abort_signal.js").AbortController;
      },
    };
  }

  const ZONES = ObjectFreeze({ ip: "ip", global: "global", session: "session", user: "user" });

  function loadSdk(owner) {
    const { keys, settings } = owner;
    const sdk = core.loadExtScript("ext:skep/dialects/parse/sdk.js");
    sdk.initialize(keys.appId, keys.javascript, keys.master, keys.maintenance);
    if (settings.parse.serverUrl) sdk.serverURL = settings.parse.serverUrl;
    ObjectDefineProperty(sdk, "javascriptKey", {
      __proto__: null,
      get: () => sdk.javaScriptKey,
      set: (value) => sdk.javaScriptKey = value,
      enumerable: true,
      configurable: true,
    });
    // What the host calls later is kept before a function can change it.
    const { _encode } = sdk;
    owner.encode = (value) => _encode(value);
    sdk.CoreManager.setRESTController(core.loadExtScript("ext:skep/dialects/parse/rest.js").controllerOf(owner));
    core.loadExtScript("ext:skep/dialects/parse/offline.js").needServers(sdk);
    ObjectAssign(sdk.Cloud, core.loadExtScript("ext:skep/dialects/parse/cloud.js").cloudOf(owner));
    sdk.Server = { RateLimitZone: ZONES };
    ObjectDefineProperty(sdk, "default", { __proto__: null, value: sdk, writable: true, configurable: true });
    return sdk;
  }

  /** The keys are the host's: the function has those that Parse Server shows its cloud code, as members of `Parse`. */
  function hideKeys(instance) {
    const env = { __proto__: null };
    const names = ObjectKeys(instance.env);
    for (let i = 0; i < names.length; i++) env[names[i]] = instance.env[names[i]];
    for (const member in VARIABLES) {
      ReflectDeleteProperty(env, VARIABLES[member]);
      if (internals.node !== undefined) ReflectDeleteProperty(internals.node.variables, VARIABLES[member]);
    }
    instance.env = ObjectFreeze(env);
  }

  /** Makes the global, once. */
  function install(instance, settings) {
    if (state !== null) return;
    state = stateOf(settings);
    // A module that shows its dialect only by what it registers has read its variables already.
    if (instance !== null) hideKeys(instance);
    internals.globals.defineLazily("Parse", () => state.sdk, true);
  }

  return {
    __proto__: null,
    install,
    /** What `require("parse/node")` gives. */
    get Parse() {
      if (state === null) {
        throw new TypeError(
          'parse/node is Skep\'s own, for cloud code: write [parse] into function.toml, or own_modules = ["parse/node"] under [code] to have the package, as a client of a Parse Server',
        );
      }
      return state.sdk;
    },
    state: () => state,
  };
})();
