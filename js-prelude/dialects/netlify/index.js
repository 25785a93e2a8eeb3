// The Netlify dialect: `export default (request, context)`, `{ fetch }`, and `handler(event, context)`.
//
// dialects/index.js asks for the handle of a module. Requests go by netlify/fetch_handler.js, events by shared/event_handler.js, what is due
// by netlify/schedules.js.
//
// `config.path` is an address on the whole host: shared/claims.js tells it beside the handler.
//
// Invariant: a function whose name ends in `-background`, or whose config says so, is answered before it runs. A function that has a schedule
// has no address, as at Netlify.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_log } = core.ops;
  const { StringPrototypeEndsWith, TypeError } = primordials;
  const { answer, headOf, readBody, run } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { invoke, withBody } = core.loadExtScript("ext:skep/dialects/shared/event_handler.js");
  const { logError } = core.loadExtScript("ext:skep/dialects/shared/event_errors.js");
  const { valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { markOf } = core.loadExtScript("ext:skep/dialects/shared/marks.js");
  const { read } = core.loadExtScript("ext:skep/dialects/netlify/config.js");
  const { eventOf } = core.loadExtScript("ext:skep/dialects/netlify/event.js");
  const { handleOf, startInBackground } = core.loadExtScript("ext:skep/dialects/netlify/fetch_handler.js");

  const BACKGROUND = "-background";
  const LEVEL_WARN = 2;
  const TEXT = ["content-type", "text/plain; charset=utf-8"];

  /** Handlers of a default export for events of Netlify's platform. */
  const PLATFORM_EVENTS = [
    "deployBuilding", "deploySucceeded", "deployFailed", "deployDeleted", "deployLocked", "deployUnlocked", "formSubmitted", "userLogin",
    "userSignup", "userValidate", "userModified", "userDeleted",
  ];

  const warn = (text) => op_skep_log(0, LEVEL_WARN, `${text}\n`);

  /** Payload 1.0's answers; what a handler throws has the host's status. Netlify's context has no client of its own. */
  const RULES = { __proto__: null, isLoose: false, status: 0, adapt: (context) => ({ ...context, clientContext: {} }) };

  const isFetchObject = (exported) => exported !== null && typeof exported === "object" && typeof exported.fetch === "function";

  /** `config` stands beside the default export, or in it. */
  const configOf = ({ namespace, exported }) => namespace?.config ?? (isFetchObject(exported) ? exported.config : undefined);

  function handlerOf(found, settings) {
    const { exported, fn, name } = found;
    internals.requireNode();
    const isBackground = StringPrototypeEndsWith(settings.function, BACKGROUND);
    if (isFetchObject(exported)) {
      warnOfEvents(exported);
      return ofSecondKind(found, null, exported, isBackground, settings);
    }
    if (typeof fn !== "function") throw new TypeError(`the handler ${name} is not a function`);
    if (name === "default") return ofSecondKind(found, fn, null, isBackground, settings);
    const schedule = markOf(fn)?.what.schedule ?? null;
    return withSchedule(eventHandleOf(fn, settings, isBackground), schedule, settings, () => schedules().eventRunner(fn, settings, RULES.adapt));
  }

  function ofSecondKind(found, fn, object, isBackground, settings) {
    const config = configOf(found);
    const rules = withBackground(read(config, warn), isBackground);
    const made = withSchedule(handleOf(fn, object, rules), config?.schedule ?? null, settings, () => schedules().fetchRunner(fn, object, settings));
    // What has a schedule has no address.
    const routes = config?.schedule === undefined && rules.paths.length > 0 ? claims().claimsOfPatterns(rules) : null;
    return routes === null ? made : { ...made, names: { __proto__: null, routes } };
  }

  const claims = () => core.loadExtScript("ext:skep/dialects/shared/claims.js");
  const schedules = () => core.loadExtScript("ext:skep/dialects/netlify/schedules.js");

  /** The handle, and what runs when a schedule is due: that of the code, or one of function.toml. */
  function withSchedule(handle, schedule, settings, makeRunner) {
    let runner = null;
    const runScheduled = (event, call) => (runner ??= makeRunner())(event, call);
    if (schedule === null) return { __proto__: null, handle, runScheduled };
    schedules().register(schedule, settings, runScheduled);
    const answerNobodyElse = (call, method, bodyKind) => {
      if (isOfSchedule(call, method)) handle(call, method, bodyKind);
      else answer(call, 404, TEXT, "Not Found");
    };
    return { __proto__: null, handle: answerNobodyElse, runScheduled };
  }

  /** A `[[cron]]` with a path makes a request. Nobody else can send this header. */
  const isOfSchedule = (call, method) => valueOf(headOf(call, method).headers, "x-skep-schedule") !== "";

  function withBackground(config, isBackground) {
    config.isBackground ||= isBackground;
    return config;
  }

  function warnOfEvents(exported) {
    for (let i = 0; i < PLATFORM_EVENTS.length; i++) {
      if (typeof exported[PLATFORM_EVENTS[i]] === "function") warn(`${PLATFORM_EVENTS[i]} is never called: Skep has no events of Netlify's platform`);
    }
  }

  /** Of the first kind. */
  function eventHandleOf(fn, settings, isBackground) {
    const noted = markOf(fn)?.what;
    return (call, method, bodyKind) => {
      run(call, () => withBody(readBody(call, bodyKind), (bytes) => {
        const event = eventOf(call, headOf(call, method), bytes);
        if (!isBackground) return invoke(call, fn, event, settings, RULES, noted);
        return startInBackground(call, () => runInBackground(call, fn, event, settings));
      }));
    };
  }

  /** What the handler answers counts for nothing: the client has its answer. */
  function runInBackground(call, fn, event, settings) {
    const { contextOf } = core.loadExtScript("ext:skep/dialects/shared/event_context.js");
    const { Outcome } = core.loadExtScript("ext:skep/dialects/shared/event_outcome.js");
    const outcome = new Outcome(call, { onValue() {}, onError: (error) => logError(call, error) });
    const callback = (error, value) => error === null || error === undefined ? outcome.succeed(value) : outcome.fail(error);
    try {
      const result = fn(event, RULES.adapt(contextOf(call, settings, outcome)), callback);
      if (typeof result?.then === "function") outcome.follow(result);
      else if (result !== undefined || fn.length < 3) outcome.succeed(undefined);
    } catch (error) {
      outcome.fail(error);
    }
    outcome.release();
    return outcome.over;
  }

  return { __proto__: null, handlerOf };
})();
