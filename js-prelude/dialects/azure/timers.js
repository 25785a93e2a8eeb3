// `app.timer`: each timer is a schedule of Skep.
//
// azure/index.js registers what azure/module.js has noted, and calls the handlers between its hooks; dispatch/scheduled.js calls when a timer
// is due. The expression is azure/ncrontab.js's.
//
// Invariant: a handler gets what Azure's host tells it (`Timer` of @azure/functions), made of the moment alone.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_log } = core.ops;
  const {
    ArrayPrototypePush,
    Date,
    DateNow,
    DatePrototypeToISOString,
    MathMin,
    MathPow,
    MathRound,
    RegExpPrototypeTest,
    StringPrototypeSlice,
    TypeError,
  } = primordials;
  const { register, REPETITIONS_MAX, PAUSE_MS_MAX } = core.loadExtScript("ext:skep/dispatch/scheduled.js");
  const { ANY_EXPRESSION, insteadOf, isSetByManifest } = core.loadExtScript("ext:skep/dialects/shared/intervals.js");
  const { expressionOf } = core.loadExtScript("ext:skep/dialects/azure/ncrontab.js");

  const LEVEL_WARN = 2;

  /** A moment that is later than this was missed: Azure's host is exact to a second. */
  const PAST_DUE_MS = 60_000;
  const NEVER = "0001-01-01T00:00:00+00:00";

  /** Several seconds of every minute: Azure keeps no status of such timers. */
  const MORE_THAN_ONE_A_MINUTE = /^\S*[*,/-]\S* \* \* \* \* \*$/;

  const iso = (ms) => (ms === null ? NEVER : `${StringPrototypeSlice(DatePrototypeToISOString(new Date(ms)), 0, 19)}+00:00`);

  const warn = (name, text) => op_skep_log(0, LEVEL_WARN, `app.timer("${name}"): ${text}\n`);

  /** Milliseconds of a number of them, or of `{ hours, minutes, seconds, milliseconds }`. */
  function durationOf(value, what) {
    let ms = value;
    if (value !== null && typeof value === "object") {
      const { hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = value;
      ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
    }
    if (typeof ms !== "number" || !(ms >= 0)) throw new TypeError(`retry.${what} is a number of milliseconds, or { hours, minutes, seconds }`);
    return MathMin(MathRound(ms), PAUSE_MS_MAX);
  }

  /** The pauses before repetitions that `retry` asks for. */
  function pausesOf(name, retry) {
    if (retry === undefined || retry === null) return [];
    const { maxRetryCount, strategy } = retry;
    if (typeof maxRetryCount !== "number") throw new TypeError("retry.maxRetryCount is a number");
    if (strategy !== "fixedDelay" && strategy !== "exponentialBackoff") throw new TypeError('retry.strategy is "fixedDelay" or "exponentialBackoff"');
    const wanted = maxRetryCount === -1 ? Infinity : maxRetryCount;
    if (wanted > REPETITIONS_MAX) warn(name, `a failed call is repeated ${REPETITIONS_MAX} times at most`);
    const isFixed = strategy === "fixedDelay";
    const first = isFixed ? durationOf(retry.delayInterval, "delayInterval") : durationOf(retry.minimumInterval, "minimumInterval");
    const longest = isFixed ? first : durationOf(retry.maximumInterval, "maximumInterval");
    const pauses = [];
    for (let i = 0; i < MathMin(wanted, REPETITIONS_MAX); i++) ArrayPrototypePush(pauses, MathMin(first * MathPow(2, i), longest));
    return pauses;
  }

  /** The `Timer` of a call. Azure's host writes the status after the call: `next` is the moment that the call is for. */
  function timerOf(event, isMonitored) {
    const { lastTime, scheduledTime } = event;
    return {
      schedule: { adjustForDST: true },
      scheduleStatus: isMonitored ? { last: iso(lastTime), lastUpdated: iso(lastTime), next: iso(scheduledTime) } : null,
      isPastDue: DateNow() - scheduledTime > PAST_DUE_MS,
    };
  }

  const retryContextOf = ({ attempt }, { retry }) =>
    retry === undefined || retry === null || attempt === 1 ? undefined : { retryCount: attempt - 1, maxRetryCount: retry.maxRetryCount };

  /** Registers the timers. `invoke(call, name, handler, input, init)` calls a handler; `init` is for its context. */
  function registerTimers(timers, settings, invoke) {
    const { env } = settings;
    for (let i = 0; i < timers.length; i++) {
      const { name, options } = timers[i];
      let expression = ANY_EXPRESSION;
      let pauses = [];
      try {
        if (!isSetByManifest(settings, name)) {
          expression = expressionOf(options.schedule, env);
          pauses = pausesOf(name, options.retry);
        }
      } catch (error) {
        throw new TypeError(`app.timer("${name}"): ${error?.message}; ${insteadOf(name)}`);
      }
      if (options.runOnStartup === true) warn(name, "runOnStartup is ignored: instances start and end as calls need them");
      const isMonitored = options.useMonitor !== false && !RegExpPrototypeTest(MORE_THAN_ONE_A_MINUTE, expression);
      const trigger = { type: "timerTrigger", name: "timerTrigger", direction: "in", schedule: options.schedule };
      register({
        name,
        schedule: expression,
        timezone: env.WEBSITE_TIME_ZONE ?? "",
        pauses,
        handler: (event, call) => invoke(call, name, options.handler, timerOf(event, isMonitored), { trigger, retryContext: retryContextOf(event, options) }),
      });
    }
  }

  return { __proto__: null, registerTimers };
})();
