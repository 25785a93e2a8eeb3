// The Lambda dialect: `handler(event, context, callback)`, and handlers that answer by a stream.
//
// dialects/index.js asks for the handle of a module; each call becomes an event (lambda/events.js), which shared/event_handler.js runs.
//
// Invariant: the handle is called for each call and answers by itself; a call fails with the status that AWS shows.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { TypeError } = primordials;
  const { failMalformed, headOf, readBody, run } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { invoke, withBody } = core.loadExtScript("ext:skep/dialects/shared/event_handler.js");
  const { markOf } = core.loadExtScript("ext:skep/dialects/shared/marks.js");
  const { setEnvironment } = core.loadExtScript("ext:skep/dialects/lambda/environment.js");
  const { eventNames, EVENTS } = core.loadExtScript("ext:skep/dialects/lambda/events.js");

  /** Marks the event of `skep invoke --raw-event`. The host hides the header of any other caller. */
  const RAW_EVENT = "x-skep-raw-event";
  const OF_RAW_EVENTS = { __proto__: null, adapt: (context) => context, isRaw: true, isLoose: true, status: 500 };

  /** An event as it is, of any source: what the handler returns is the answer. */
  function invokeRaw(call, fn, bytes, settings, noted) {
    let event;
    try {
      event = internals.parseJson(core.decode(bytes));
    } catch (error) {
      return failMalformed(call, `the event is not JSON: ${error.message}`);
    }
    return invoke(call, fn, event, settings, OF_RAW_EVENTS, noted);
  }

  function handlerOf({ fn, name }, settings) {
    if (typeof fn !== "function") throw new TypeError(`the handler ${name} is not a function`);
    const wanted = settings.lambda.event;
    const kind = EVENTS[wanted];
    if (kind === undefined) throw new TypeError(`[lambda] event = "${wanted}" is not known: it is one of ${eventNames}`);
    internals.requireNode();
    setEnvironment(settings, name);
    const noted = markOf(fn)?.what;
    return (call, method, bodyKind) => {
      run(call, () => withBody(readBody(call, bodyKind), (bytes) => {
        const head = headOf(call, method);
        if (valueOf(head.headers, RAW_EVENT) !== "") return invokeRaw(call, fn, bytes, settings, noted);
        return invoke(call, fn, kind.make(call, settings, head, bytes), settings, kind, noted);
      }));
    };
  }

  return { __proto__: null, handlerOf };
})();
