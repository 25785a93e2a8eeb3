// `onSchedule`, and `pubsub.schedule().onRun()` of the first generation: each such function is a schedule of Skep.
//
// firebase/index.js registers what firebase/module.js has marked; dispatch/scheduled.js calls when one is due. The expression is
// firebase/app_engine.js's; repetitions are those of Cloud Scheduler.
//
// Invariant: a handler gets the event of Cloud Scheduler, made of the moment alone, after what `onInit` has registered.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_log } = core.ops;
  const {
    ArrayPrototypePush,
    Date,
    DatePrototypeToISOString,
    MathMin,
    MathRound,
    Number,
    NumberIsNaN,
    ObjectDefineProperty,
    RegExpPrototypeExec,
    TypeError,
  } = primordials;
  const scheduled = core.loadExtScript("ext:skep/dispatch/scheduled.js");
  const { expressionOf } = core.loadExtScript("ext:skep/dialects/firebase/app_engine.js");
  const { ANY_EXPRESSION, insteadOf, isSetByManifest } = core.loadExtScript("ext:skep/dialects/shared/intervals.js");
  const { init } = core.loadExtScript("ext:skep/dialects/firebase/module.js");

  const LEVEL_WARN = 2;

  // Cloud Scheduler's own, for options that are not given.
  const FIRST_PAUSE_S = 5;
  const LONGEST_PAUSE_S = 3_600;
  const DOUBLINGS = 5;

  const SECONDS = /^(\d+(?:\.\d+)?)s$/;

  /** The value of an option: a parameter is read, and what resets an option is none. */
  function plain(value) {
    if (value === null || typeof value !== "object") return value ?? undefined;
    return typeof value.value === "function" ? value.value() : undefined;
  }

  /** A number of seconds, or a duration of the first generation, `3.5s`. */
  function numberOf(option, instead, what) {
    const value = plain(option);
    if (value === undefined) return instead;
    const found = typeof value === "string" ? RegExpPrototypeExec(SECONDS, value) : null;
    const number = found === null ? Number(value) : +found[1];
    if (NumberIsNaN(number) || number < 0) throw new TypeError(`${what} is no number of at least 0`);
    return number;
  }

  /** The pauses before repetitions: doubled a number of times, then longer by as much as the last doubling reached. */
  function pausesOf(name, options) {
    const count = numberOf(options.retryCount, 0, "retryCount");
    const inAllS = numberOf(options.maxRetrySeconds ?? options.maxRetryDuration, 0, "maxRetrySeconds");
    const firstS = numberOf(options.minBackoffSeconds ?? options.minBackoffDuration, FIRST_PAUSE_S, "minBackoffSeconds");
    const longestS = numberOf(options.maxBackoffSeconds ?? options.maxBackoffDuration, LONGEST_PAUSE_S, "maxBackoffSeconds");
    const doublings = numberOf(options.maxDoublings, DOUBLINGS, "maxDoublings");
    const pauses = [];
    let sumS = 0;
    let nextS = firstS;
    let growthS = firstS;
    // It goes on until both limits are reached.
    while (pauses.length < count || sumS < inAllS) {
      if (pauses.length === scheduled.REPETITIONS_MAX) {
        op_skep_log(0, LEVEL_WARN, `onSchedule of ${name}: a failed call is repeated ${scheduled.REPETITIONS_MAX} times at most\n`);
        break;
      }
      const pauseS = MathMin(nextS, longestS);
      ArrayPrototypePush(pauses, MathMin(MathRound(pauseS * 1000), scheduled.PAUSE_MS_MAX));
      sumS += pauseS;
      if (pauses.length <= doublings + 1) growthS = nextS;
      nextS += growthS;
    }
    return pauses;
  }

  /** The event of Cloud Scheduler; the first generation's handlers get its `context`. */
  function eventOf(name, { id, scheduledTime }, env) {
    const jobName = `firebase-schedule-${name}`;
    const scheduleTime = DatePrototypeToISOString(new Date(scheduledTime));
    const context = {
      eventId: id,
      timestamp: scheduleTime,
      eventType: "google.pubsub.topic.publish",
      resource: { service: "pubsub.googleapis.com", name: `projects/${env.GCLOUD_PROJECT ?? "local"}/topics/${jobName}` },
      params: {},
    };
    return ObjectDefineProperty({ jobName, scheduleTime }, "context", { __proto__: null, get: () => context });
  }

  function cronOf(schedule) {
    const text = plain(schedule);
    if (typeof text !== "string") throw new TypeError('it needs a schedule: a text such as "every 5 minutes" or "*/5 * * * *"');
    return expressionOf(text);
  }

  /** Registers the function `name`; `options` and `run` are what firebase/module.js has marked it with. */
  function register(name, { schedule: options, run }, settings) {
    const { env } = settings;
    let expression = ANY_EXPRESSION;
    let pauses = [];
    try {
      if (!isSetByManifest(settings, name)) {
        expression = cronOf(options.schedule);
        pauses = pausesOf(name, options);
      }
    } catch (error) {
      throw new TypeError(`onSchedule of ${name}: ${error?.message}; ${insteadOf(name)}`);
    }
    scheduled.register({
      name,
      schedule: expression,
      timezone: plain(options.timeZone) ?? options.zone,
      pauses,
      handler: async (event) => {
        await init();
        return run(eventOf(name, event, env));
      },
    });
  }

  return { __proto__: null, register };
})();
