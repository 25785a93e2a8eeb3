// The host module `@azure/functions` (the v4 model): it registers functions and starts nothing.
//
// dialects/host_modules.js loads it for `import` and `require`; azure/index.js asks for what was registered.
//
// Invariant: a trigger or a binding that Skep has not ends the load, and is named.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayIsArray, ObjectAssign, TypeError } = primordials;
  const classes = core.loadExtScript("ext:skep/dialects/azure/messages.js");

  const bindings = (value) => (ArrayIsArray(value) ? value.length : 0);

  /** `app.http` and `app.timer`. */
  function add(kind, name, options) {
    if (typeof options?.handler !== "function") throw new TypeError(`app.${kind}("${name}") needs a handler`);
    const { extraInputs, extraOutputs } = options;
    if (bindings(extraInputs) + bindings(extraOutputs) > 0) {
      throw new TypeError(`app.${kind}("${name}"): extraInputs and extraOutputs are not supported: Skep has no bindings, call the service`);
    }
    internals.dialects.register("azure", { __proto__: null, kind, name: `${name}`, options });
  }

  const http = (name, options) => add("http", name, options);
  const timer = (name, options) => add("timer", name, options);

  const byMethod = (method) => (name, given) => http(name, { ...(typeof given === "function" ? { handler: given } : given), methods: [method] });

  const refuse = (what) => () => {
    throw new TypeError(`${what} of @azure/functions is not supported: Skep calls functions over HTTP (app.http) and by schedules (app.timer)`);
  };

  const TRIGGERS = [
    "connectorTrigger", "cosmosDB", "eventGrid", "eventHub", "generic", "mcpPrompt", "mcpResource", "mcpTool", "mySql", "serviceBusQueue",
    "serviceBusTopic", "sql", "storageBlob", "storageQueue", "warmup", "webPubSub",
  ];
  const BINDINGS = [
    "cosmosDB", "eventGrid", "eventHub", "generic", "mySql", "serviceBusQueue", "serviceBusTopic", "sql", "storageBlob", "storageQueue", "table",
    "webPubSub", "webPubSubConnection", "webPubSubContext",
  ];

  const refusedOf = (kind, names) => {
    const exports = {};
    for (let i = 0; i < names.length; i++) exports[names[i]] = refuse(`${kind}.${names[i]}`);
    return exports;
  };

  const registerHook = (kind) => (handler) => {
    if (typeof handler !== "function") throw new TypeError(`app.hook.${kind} needs a function`);
    internals.dialects.register("azure", { __proto__: null, kind, name: kind, options: { handler } });
    return { dispose: refuse("dispose() of a hook") };
  };

  const hook = {
    appStart: registerHook("appStart"),
    appTerminate() {},
    log: refuse("app.hook.log"),
    postInvocation: registerHook("postInvocation"),
    preInvocation: registerHook("preInvocation"),
  };

  const app = ObjectAssign(refusedOf("app", TRIGGERS), {
    deleteRequest: byMethod("DELETE"),
    get: byMethod("GET"),
    hook,
    http,
    patch: byMethod("PATCH"),
    post: byMethod("POST"),
    put: byMethod("PUT"),
    // Bodies stream either way.
    setup() {},
    timer,
  });

  const exports = {
    app,
    input: refusedOf("input", BINDINGS),
    output: ObjectAssign(refusedOf("output", BINDINGS), { http: (options = {}) => ({ ...options, name: "$return", type: "http" }) }),
    trigger: ObjectAssign(refusedOf("trigger", TRIGGERS), {
      http: (options = {}) => ({ ...options, authLevel: options.authLevel ?? "anonymous", methods: options.methods ?? ["GET", "POST"], type: "httpTrigger" }),
      timer: (options) => ({ ...options, type: "timerTrigger" }),
    }),
    HttpRequest: classes.HttpRequest,
    HttpResponse: classes.HttpResponse,
    InvocationContext: classes.InvocationContext,
  };
  exports.default = exports;
  return exports;
})();
