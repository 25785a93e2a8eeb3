// The host modules `firebase-functions` and its subpaths: the package's own files for HTTPS, and a reason for what Skep has no trigger for.
//
// dialects/host_modules.js loads it for `import` and `require`; firebase/index.js finds the functions by the mark that the package gives them.
//
// Invariant: a trigger that can never fire ends the load, and is named.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectAssign, Proxy, TypeError } = primordials;
  internals.requireNode();
  const { mark } = core.loadExtScript("ext:skep/dialects/shared/marks.js");
  const bundle = core.loadExtScript("ext:skep/dialects/firebase/bundle.js");
  const { admin, change, config, logger, onInit, params, resetValue, traceContext, v1Configuration, v1Https, v2Https, v2Options, v2Scheduler } = bundle;

  /** Marks what a maker of functions makes; `kind` says what calls it. */
  const marked = (kind, make) => (...given) => mark(make(...given), "firebase", kind);

  const https = ObjectAssign({}, v2Https, {
    onCall: marked("http", v2Https.onCall),
    onCallGenkit: marked("http", v2Https.onCallGenkit),
    onRequest: marked("http", v2Https.onRequest),
  });
  const scheduler = ObjectAssign({}, v2Scheduler, { onSchedule: marked("schedule", v2Scheduler.onSchedule) });

  function refuse(name) {
    throw new TypeError(`${name} of firebase-functions is not supported: Skep calls functions over HTTP (https.onRequest, https.onCall) and by [[cron]] (scheduler.onSchedule)`);
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

  /** `pubsub.schedule(...).timeZone(...).retryConfig(...).onRun(handler)`: a function that `[[cron]]` calls. */
  function scheduleOf(schedule, options = {}) {
    const builder = {
      onRun(handler) {
        const fn = scheduler.onSchedule({ schedule, ...options }, (event) => handler(event.context));
        fn.run = handler;
        return fn;
      },
      retryConfig: () => builder,
      timeZone: (timeZone) => scheduleOf(schedule, { ...options, timeZone }),
    };
    return builder;
  }

  const v1Pubsub = { schedule: (schedule) => scheduleOf(schedule), topic: refused("pubsub.topic") };

  const onCallWith = marked("http", v1Https._onCallWithOptions);
  const onRequestWith = marked("http", v1Https._onRequestWithOptions);

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

  const shared = { Change: change.Change, app: { setEmulatedAdminApp: admin.setApp }, logger: logger.logger, onInit, params, requiresAPI() {} };

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
    logger: withDefault(logger.logger_exports),
    options: withDefault(v2Options),
    params: withDefault(params),
    root: withDefault(v2),
    scheduler: withDefault(scheduler),
    v1: withDefault(v1),
    v2: withDefault(v2),
  };
})();
