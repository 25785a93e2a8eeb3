// Runs a handler `(event, context, callback)`, or `(event, responseStream, context)`, for one call, and answers with what it makes of it.
//
// lambda/index.js and netlify/index.js make event and rules; the answer is read by shared/event_answer.js.
//
// Invariant: the first outcome of a call is its answer, and the handler is called without a receiver.

(function () {
  const { core, primordials } = __bootstrap;
  const { Error, TypedArrayPrototypeGetSymbolToStringTag } = primordials;
  const { failThrown } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { answerOf, jsonAnswerOf, send } = core.loadExtScript("ext:skep/dialects/shared/event_answer.js");
  const { contextOf } = core.loadExtScript("ext:skep/dialects/shared/event_context.js");
  const { logError, warn } = core.loadExtScript("ext:skep/dialects/shared/event_errors.js");
  const { Outcome } = core.loadExtScript("ext:skep/dialects/shared/event_outcome.js");

  /** Goes on at once if the body is here. */
  function withBody(bytes, next) {
    return TypedArrayPrototypeGetSymbolToStringTag(bytes) === "Uint8Array" ? next(bytes) : (async () => next(await bytes))();
  }

  const isThenable = (value) => value !== null && value !== undefined && typeof value.then === "function";

  /**
   * `rules`: `isLoose`, `isRaw` (shared/event_answer.js), `status` of a handler that throws (0: the host's), and `adapt`, which may change the context.
   * `noted`: what a wrapper noted of the handler (shared/marks.js). Returns a promise that resolves when the call has its answer.
   */
  function invoke(call, handler, event, settings, rules, noted) {
    return noted?.streams === true
      ? invokeStreaming(call, handler, event, settings, rules, noted.highWaterMark)
      : invokePlain(call, handler, event, settings, rules);
  }

  function invokePlain(call, handler, event, settings, rules) {
    const outcome = new Outcome(call, {
      onValue: (value) => send(call, rules.isRaw === true ? jsonAnswerOf(value) : answerOf(value, rules.isLoose)),
      onError: (error) => fail(call, error, rules),
    });
    const callback = (error, value) => error === null || error === undefined ? outcome.succeed(value) : outcome.fail(error);
    try {
      const result = handler(event, rules.adapt(contextOf(call, settings, outcome)), callback);
      if (isThenable(result)) outcome.follow(result);
      // What a handler returns that is no promise does not count.
      else outcome.whenIdle(() => outcome.succeed(null));
    } catch (error) {
      outcome.fail(error);
    }
    outcome.release();
    return outcome.over;
  }

  function fail(call, error, { status }) {
    logError(call, error);
    failThrown(call, error, status);
  }

  function invokeStreaming(call, handler, event, settings, rules, highWaterMark) {
    const { ResponseStream } = core.loadExtScript("ext:skep/dialects/shared/event_stream.js");
    const outcome = new Outcome(call, {
      onValue() {},
      onError(error) {
        if (stream.hasBegun) {
          logError(call, error);
          stream.cut(error);
        } else {
          fail(call, error, rules);
        }
        stream.destroy();
      },
    });
    const stream = new ResponseStream(call, outcome, highWaterMark);
    // The stream answers at its first write, whatever comes of the call.
    outcome.release();
    try {
      const result = handler(event, stream, rules.adapt(contextOf(call, settings, null)));
      if (isThenable(result)) followStream(call, outcome, result);
      else outcome.fail(new Error("Streaming does not support non-async handlers."));
    } catch (error) {
      outcome.fail(error);
    }
    return outcome.over;
  }

  /** The stream answers; the promise tells only that it will not. */
  async function followStream(call, outcome, result) {
    try {
      if ((await result) !== undefined) warn(call, "Streaming handlers ignore return values.");
      outcome.whenIdle(() => outcome.fail(new Error("Response stream is not finished.")));
    } catch (error) {
      outcome.fail(error);
    }
  }

  return { __proto__: null, invoke, withBody };
})();
