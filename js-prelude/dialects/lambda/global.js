// `awslambda`, the global of Lambda's runtime: handlers that answer by a stream are made with it.
//
// A module asks for it while it loads, before its dialect is known: api/globals.js defines it lazily. shared/event_stream.js takes
// the head that `HttpResponseStream.from` was given.
//
// Invariant: it runs nothing of the host; a handler that it marks stays the same function.

(function () {
  const { core, primordials } = __bootstrap;
  const { SymbolFor, TypeError } = primordials;
  const { mark } = core.loadExtScript("ext:skep/dialects/shared/marks.js");

  // Where Lambda's own runtime keeps both, and packages look.
  const STREAMING = SymbolFor("aws.lambda.runtime.handler.streaming");
  const HIGH_WATER_MARK = SymbolFor("aws.lambda.runtime.handler.streaming.highWaterMark");

  /** Marks a handler `(event, responseStream, context) => promise`. */
  function streamifyResponse(handler, options = undefined) {
    if (typeof handler !== "function") throw new TypeError("awslambda.streamifyResponse needs a handler function");
    const highWaterMark = typeof options?.highWaterMark === "number" ? options.highWaterMark : undefined;
    handler[STREAMING] = "response";
    if (highWaterMark !== undefined) handler[HIGH_WATER_MARK] = highWaterMark;
    return mark(handler, "lambda", { __proto__: null, streams: true, highWaterMark });
  }

  class HttpResponseStream {
    /** Gives the stream status, headers and cookies, before the first write. */
    static from(responseStream, metadata) {
      const { isResponseStream } = core.loadExtScript("ext:skep/dialects/shared/event_stream.js");
      if (!isResponseStream(responseStream)) throw new TypeError("HttpResponseStream.from needs the response stream of the handler");
      responseStream.setHead(metadata);
      return responseStream;
    }
  }

  return { streamifyResponse, HttpResponseStream };
})();
