// What of the SDK needs a Parse Server: without one, each says so with its own name.
//
// parse/global.js passes the SDK once it is loaded.
//
// Invariant: with `server_url`, or a server that the function names, the SDK's own methods run.

(function () {
  const { primordials } = __bootstrap;
  const { ObjectDefineProperty, ObjectGetOwnPropertyDescriptor, ObjectHasOwn, PromiseReject, ReflectApply } = primordials;

  const COMMAND_UNAVAILABLE = 108;

  // For each member of Parse: methods of its instances, then of itself.
  const NEED_A_SERVER = [
    ["Query", ["get", "find", "findAll", "count", "distinct", "aggregate", "first", "eachBatch", "each", "map", "reduce", "filter"], []],
    ["Object", ["save", "saveEventually", "destroy", "destroyEventually", "fetch", "fetchWithInclude", "exists"], [
      "saveAll",
      "destroyAll",
      "fetchAll",
      "fetchAllIfNeeded",
      "fetchAllIfNeededWithInclude",
      "fetchAllWithInclude",
    ]],
    ["User", ["signUp", "logIn", "save", "destroy", "fetch", "fetchWithInclude", "verifyPassword", "linkWith"], [
      "signUp",
      "logIn",
      "logInWithAdditionalAuth",
      "loginAs",
      "become",
      "me",
      "hydrate",
      "logInWith",
      "logOut",
      "requestPasswordReset",
      "requestEmailVerification",
      "verifyPassword",
    ]],
    ["Installation", ["save", "destroy", "fetch"], []],
    ["File", ["save", "destroy"], []],
    ["Config", [], ["get", "save"]],
    ["Push", [], ["send", "getPushStatus"]],
    ["Analytics", [], ["track"]],
    ["Hooks", [], [
      "getFunctions",
      "getTriggers",
      "getFunction",
      "getTrigger",
      "createFunction",
      "createTrigger",
      "updateFunction",
      "updateTrigger",
      "removeFunction",
      "removeTrigger",
    ]],
    ["Schema", ["get", "save", "update", "delete", "purge"], ["all"]],
    ["Session", [], ["current"]],
  ];

  // A function keeps no connection.
  const LIVE = [["Query", ["subscribe"]], ["LiveQueryClient", ["open", "subscribe"]]];

  /** Puts a method in the place of one that needs a server. */
  function replace(target, name, make) {
    if (!ObjectHasOwn(target, name) || typeof target[name] !== "function") return;
    const descriptor = ObjectGetOwnPropertyDescriptor(target, name);
    const value = make(target[name]);
    ObjectDefineProperty(value, "name", { __proto__: null, value: name, configurable: true });
    ObjectDefineProperty(target, name, { __proto__: null, value, writable: true, enumerable: descriptor.enumerable, configurable: true });
  }

  /** The statuses of jobs are the host's. */
  const isOfJobs = (receiver) => receiver?.className === "_JobStatus";

  function needServers(sdk) {
    const needs = (label) => (method) =>
      function (...args) {
        if (sdk.CoreManager.get("SERVER_URL") || isOfJobs(this)) return ReflectApply(method, this, args);
        return PromiseReject(new sdk.Error(COMMAND_UNAVAILABLE, `Parse.${label} needs a Parse Server: set server_url under [parse]`));
      };
    for (let i = 0; i < NEED_A_SERVER.length; i++) {
      const { 0: member, 1: methods, 2: statics } = NEED_A_SERVER[i];
      const target = sdk[member];
      for (let j = 0; j < methods.length; j++) replace(target.prototype, methods[j], needs(`${member}.${methods[j]}`));
      for (let j = 0; j < statics.length; j++) replace(target, statics[j], needs(`${member}.${statics[j]}`));
    }
    for (let i = 0; i < LIVE.length; i++) {
      const { 0: member, 1: methods } = LIVE[i];
      const refuse = (name) => () => () => PromiseReject(new sdk.Error(COMMAND_UNAVAILABLE, `Parse.${member}.${name} is not supported: a function keeps no connection of LiveQuery`));
      for (let j = 0; j < methods.length; j++) replace(sdk[member].prototype, methods[j], refuse(methods[j]));
    }
  }

  return { __proto__: null, needServers };
})();
