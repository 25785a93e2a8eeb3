// Scheduled functions of Netlify: `config.schedule`, `schedule(cron, handler)`, and any `[[cron]]` of function.toml.
//
// netlify/index.js registers the schedule that the code has, and gives boot.js `runScheduled` for every other; dispatch/scheduled.js calls when
// one is due. The function gets what Netlify sends, a POST whose body tells the next run.
//
// Invariant: what the function answers counts for nothing, unless it is the status of an error: then the call has failed.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypePush, Date, DatePrototypeToISOString, Error, JSONStringify, ObjectPrototypeIsPrototypeOf, Promise, StringPrototypeIndexOf,
    StringPrototypeSlice, TypeError,
  } = primordials;
  const { Request } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const { ResponsePrototype } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
  const { TextEncoder } = core.loadExtScript("ext:deno_web/08_text_encoding.js");
  const scheduled = core.loadExtScript("ext:skep/dispatch/scheduled.js");
  const { headOf } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { contextOf: lambdaContextOf } = core.loadExtScript("ext:skep/dialects/shared/event_context.js");
  const { Outcome } = core.loadExtScript("ext:skep/dialects/shared/event_outcome.js");
  const { contextOf } = core.loadExtScript("ext:skep/dialects/netlify/context.js");
  const { eventOf } = core.loadExtScript("ext:skep/dialects/netlify/event.js");

  /** What Netlify's own caller is known by. */
  const HEADERS = ["content-type", "application/json", "user-agent", "Netlify Clockwork", "x-nf-event", "schedule"];
  const ERROR_MIN = 400;

  const bodyOf = ({ nextTime }) => JSONStringify({ __proto__: null, next_run: nextTime === null ? null : DatePrototypeToISOString(new Date(nextTime)) });

  /** The head of the request that Netlify would send. */
  function requestHeadOf(call, settings) {
    const { headers, url } = headOf(call, "POST");
    const origin = StringPrototypeSlice(url, 0, StringPrototypeIndexOf(url, "/", StringPrototypeIndexOf(url, "://") + 3));
    const path = `/.netlify/functions/${settings.function}`;
    const all = [];
    for (let i = 0; i < headers.length; i++) ArrayPrototypePush(all, headers[i]);
    for (let i = 0; i < HEADERS.length; i++) ArrayPrototypePush(all, HEADERS[i]);
    return { __proto__: null, method: "POST", url: origin + path, path, query: "", headers: all };
  }

  function checkStatus(status) {
    if (typeof status === "number" && status >= ERROR_MIN) throw new Error(`the scheduled function answered with status ${status}`);
  }

  /** Of the second kind: `fn` is called without a receiver, `object.fetch` as a method of what was exported. */
  function fetchRunner(fn, object, settings) {
    return async (event, call) => {
      const { headers: list, method, url } = requestHeadOf(call, settings);
      const headers = { __proto__: null };
      for (let i = 0; i < list.length; i += 2) headers[list[i]] = list[i + 1];
      const request = new Request(url, { __proto__: null, method, headers, body: bodyOf(event) });
      call.request = request; // Its signal fires when a limit ends the call.
      const { context } = contextOf(call, method);
      context.url = new URL(url);
      const result = await (object === null ? fn(request, context) : object.fetch(request, context));
      if (ObjectPrototypeIsPrototypeOf(ResponsePrototype, result)) checkStatus(result.status);
    };
  }

  /** Of the first kind, `handler(event, context, callback)`: its first outcome counts. */
  function eventRunner(fn, settings, adapt) {
    return async (event, call) => {
      const bytes = new TextEncoder().encode(bodyOf(event));
      const value = await outcomeOf(call, fn, eventOf(call, requestHeadOf(call, settings), bytes), settings, adapt);
      checkStatus(value?.statusCode);
    };
  }

  function outcomeOf(call, fn, event, settings, adapt) {
    return new Promise((resolve, reject) => {
      const outcome = new Outcome(call, { onValue: resolve, onError: reject });
      const callback = (error, value) => error === null || error === undefined ? outcome.succeed(value) : outcome.fail(error);
      try {
        const result = fn(event, adapt(lambdaContextOf(call, settings, outcome)), callback);
        if (typeof result?.then === "function") outcome.follow(result);
        // What a handler returns that is no promise does not count.
        else outcome.whenIdle(() => outcome.succeed(undefined));
      } catch (error) {
        outcome.fail(error);
      }
      outcome.release();
    });
  }

  /** Registers the schedule that the code has, under the name of the function. */
  function register(schedule, settings, run) {
    if (typeof schedule !== "string") throw new TypeError("config.schedule is a cron expression");
    scheduled.register({ name: settings.function, schedule, handler: run });
  }

  return { __proto__: null, eventRunner, fetchRunner, register };
})();
