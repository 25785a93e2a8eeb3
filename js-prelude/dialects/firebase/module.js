// The host modules `firebase-functions` and its subpaths: the package's own files for HTTPS, and a reason for what Skep has no trigger for.
//
// dialects/host_modules.js loads it for `import` and `require`; firebase/index.js finds the functions by the mark that the package gives them.
//
// Invariant: a trigger that can never fire ends the load, and is named.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayIsArray, JSONStringify, ObjectAssign, PromisePrototypeThen, PromiseResolve, Proxy, TypeError } = primordials;
  internals.requireNode();
  const { mark } = core.loadExtScript("ext:skep/dialects/shared/marks.js");
  const bundle = core.loadExtScript("ext:skep/dialects/firebase/bundle.js");
  const { admin, change, config, logger, onInit, params, resetValue, traceContext, v1Configuration, v1Https, v2Https, v2Options, v2Scheduler } = bundle;

  /** Marks what a maker of functions makes: requests call it. */
  const marked = (make) => (...given) => mark(make(...given), "firebase", { __proto__: null, schedule: null });

  const https = ObjectAssign({}, v2Https, {
    onCall: marked(v2Https.onCall),
    onCallGenkit: marked(v2Https.onCallGenkit),
    onRequest: marked(v2Https.onRequest),
  });

  /** The zone of a schedule that names none: the two generations differ in it. */
  const FIRST_ZONE = "America/Los_Angeles";
  const SECOND_ZONE = "UTC";

  /** A function that a schedule calls: `options` as firebase/schedules.js reads them, `run` gets the event. */
  function scheduledBy(options, zone, handler, run) {
    if (typeof handler !== "function") throw new TypeError("a schedule of firebase-functions needs a handler function");
    return mark(v2Scheduler.onSchedule(options, handler), "firebase", { __proto__: null, schedule: { ...options, zone }, run });
  }

  /** The options, of which a text is the schedule alone. */
  const onSchedule = (options, handler) =>
    scheduledBy(options !== null && typeof options === "object" && typeof options.value !== "function" ? options : { schedule: options }, SECOND_ZONE, handler, (event) => handler(event));
  const scheduler = ObjectAssign({}, v2Scheduler, { onSchedule });

  /** The text of a parameter's default as a deploy to Firebase writes it into the environment. */
  function textOf(value) {
    const given = typeof value?.value === "function" ? value.value() : value;
    return ArrayIsArray(given) ? JSONStringify(given) : `${given}`;
  }

  /** A maker of parameters: without a variable of its name the parameter has its default. */
  const withVariable = (define) => (name, options) => {
    const parameter = define(name, options);
    const initial = options?.default;
    if (initial !== undefined && initial !== null && initial !== resetValue) internals.node.variables[name] ??= textOf(initial);
    return parameter;
  };

  const { defineBoolean, defineFloat, defineInt, defineList, defineString } = params;
  const parameters = ObjectAssign({}, params, {
    defineBoolean: withVariable(defineBoolean),
    defineInt: withVariable(defineInt),
    defineList: withVariable(defineList),
    defineString: withVariable(defineString),
  });
  if (defineFloat !== undefined) parameters.defineFloat = withVariable(defineFloat);

  let init = null;

  /** `onInit`: before the first call of any kind, once. */
  function onceInit(callback) {
    let started = null;
    init = () => {
      const begin = () => PromisePrototypeThen(PromiseResolve(), callback);
      return started ??= PromisePrototypeThen(begin(), undefined, (error) => {
        started = null; // The next call tries again.
        throw error;
      });
    };
    onInit(init);
  }

  function refuse(name) {
    throw new TypeError(`${name} of firebase-functions is not supported: Skep calls functions over HTTP (https.onRequest, https.onCall) and by schedules (scheduler.onSchedule)`);
  }

  /** Builders of triggers, of which every member is refused. */
  const refused = (name) =>
    new Proxy(function () {}, {
      apply: () => refuse(name),
      get: (_target, member) => (typeof member === "symbol" || member === "then" || member === "prototype" ? undefined : refused(`${name}.${member}`)),
    });

  const provided = (names, of) => {
    const exports = {};
    for (let i = 0; i < names.length; i++) exports[names[i]] = of(names[i]);
    return exports;
  };

  const V1_REFUSED = ["analytics", "auth", "database", "firestore", "remoteConfig", "storage", "tasks", "testLab"];
  const V2_REFUSED = ["ai", "alerts", "database", "dataconnect", "eventarc", "firestore", "identity", "pubsub", "remoteConfig", "storage", "tasks", "testLab"];

  /** `pubsub.schedule(...).timeZone(...).retryConfig(...).onRun(handler)`. */
  function scheduleOf(options) {
    const builder = {
      onRun(handler) {
        const fn = scheduledBy(options, FIRST_ZONE, handler, (event) => handler(event.context));
        fn.run = handler;
        return fn;
      },
      retryConfig(config) {
        options = { ...options, ...config };
        return builder;
      },
      timeZone(timeZone) {
        options = { ...options, timeZone };
        return builder;
      },
    };
    return builder;
  }

  const v1Pubsub = { schedule: (schedule) => scheduleOf({ schedule }), topic: refused("pubsub.topic") };

  const onCallWith = marked(v1Https._onCallWithOptions);
  const onRequestWith = marked(v1Https._onRequestWithOptions);

  /** `https` of the first generation, with the options of a builder. */
  const v1HttpsOf = (options) => ({
    HttpsError: v1Https.HttpsError,
    onCall: (handler) => onCallWith(handler, options),
    onRequest: (first, handler) => (handler === undefined ? onRequestWith(first, options) : onRequestWith(handler, { ...options, ...first })),
  });

  /** `functions.region(...).runWith(...).https`: where a function runs, and with how much, is function.toml's. */
  function builderOf(options) {
    return {
      ...provided(V1_REFUSED, refused),
      https: v1HttpsOf(options),
      pubsub: v1Pubsub,
      region: (...regions) => builderOf({ ...options, regions }),
      runWith: (more) => builderOf({ ...options, ...more }),
    };
  }

  const shared = { Change: change.Change, app: { setEmulatedAdminApp: admin.setApp }, logger: logger.logger, onInit: onceInit, params: parameters, requiresAPI() {} };

  /** `functions.config()`: what `firebase functions:config` set, which is gone from version 7 on. */
  const removedConfig = () => {
    throw new TypeError("functions.config() was removed in firebase-functions 7: read process.env or firebase-functions/params");
  };

  const v1 = ObjectAssign({}, provided(V1_REFUSED, refused), v1Configuration, shared, {
    RESET_VALUE: resetValue,
    config: removedConfig,
    firebaseConfig: config.firebaseConfig,
    https: v1HttpsOf({}),
    logger: logger.logger_exports,
    pubsub: v1Pubsub,
    region: (...regions) => builderOf({ regions }),
    runWith: (options) => builderOf(options),
  });

  const v2 = ObjectAssign({}, provided(V2_REFUSED, refused), shared, {
    config: removedConfig,
    https,
    requiresRole() {},
    scheduler,
    setGlobalOptions: v2Options.setGlobalOptions,
    traceContext,
  });

  const withDefault = (exports) => ObjectAssign({}, exports, { default: exports });

  return {
    __proto__: null,
    https: withDefault(https),
    /** Runs what `onInit` has, for a call that the package does not see. */
    init: () => init?.(),
    logger: withDefault(logger.logger_exports),
    options: withDefault(v2Options),
    params: withDefault(parameters),
    root: withDefault(v2),
    scheduler: withDefault(scheduler),
    v1: withDefault(v1),
    v2: withDefault(v2),
  };
})();
