// `@netlify/functions`, the host's own: `builder`, `schedule`, `stream`, `purgeCache`, `getContext`.
//
// dialects/host_modules.js gives it to `import` and `require` in the place of the package. What it marks is found by netlify/index.js.
//
// Invariant: it has the names of the package, and a handler that it wraps stays one of Netlify's.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { Error, PromisePrototypeThen, PromiseResolve, TypeError } = primordials;
  const { mark, markOf } = core.loadExtScript("ext:skep/dialects/shared/marks.js");
  const { HttpResponseStream } = core.loadExtScript("ext:skep/dialects/lambda/global.js");
  const { currentContext } = core.loadExtScript("ext:skep/dialects/netlify/context.js");
  const { purgeCache } = core.loadExtScript("ext:skep/dialects/netlify/purge.js");

  /** Seconds, as the package has them; Skep's own limits are `[limits]`. */
  const SYNCHRONOUS_FUNCTION_TIMEOUT = 30;
  const BACKGROUND_FUNCTION_TIMEOUT = 900;
  const BUILDER_VERSION = 1;

  function checked(handler, name) {
    if (typeof handler !== "function") throw new TypeError(`${name} of @netlify/functions needs a handler function`);
    return handler;
  }

  const withBuilder = (response) =>
    response ? { ...response, metadata: { version: BUILDER_VERSION, builder_function: true, ttl: response.ttl || 0 } } : response;

  /** On Netlify the answer is kept until the next deploy. Here each request is answered anew. */
  function builder(handler) {
    checked(handler, "builder");
    const wrapped = (event, context, callback) => {
      if (event.httpMethod !== "GET" && event.httpMethod !== "HEAD") {
        return PromiseResolve({ body: "Method Not Allowed", statusCode: 405 });
      }
      const plain = { ...event, multiValueQueryStringParameters: {}, queryStringParameters: {} };
      const done = (error, response) => callback ? callback(error, withBuilder(response)) : null;
      const result = handler(plain, context, done);
      return typeof result?.then === "function" ? PromisePrototypeThen(PromiseResolve(result), withBuilder) : result;
    };
    return mark(wrapped, "netlify", { __proto__: null });
  }

  /** Notes when the handler is to run; it stays the same function. */
  function schedule(cron, handler) {
    const noted = markOf(checked(handler, "schedule"))?.what;
    return mark(handler, "netlify", { __proto__: null, ...noted, schedule: `${cron}` });
  }

  /** A handler whose `body` may be a stream, of Node or of the web. */
  function stream(handler) {
    checked(handler, "stream");
    const wrapped = async (event, responseStream, context) => {
      const { body, ...head } = await handler(event, context);
      const out = HttpResponseStream.from(responseStream, head);
      if (body === undefined || body === null) out.end();
      else if (typeof body === "string") out.end(body);
      else await internals.nodeBuiltIn("stream/promises").pipeline(body, out);
    };
    return mark(wrapped, "netlify", { __proto__: null, streams: true });
  }

  /** The context of the running call: that of `(request, context)`. */
  function getContext() {
    const context = currentContext();
    if (context === null) {
      throw new Error("getContext() can only be called within a Netlify serverless function's request handler or one of its async children.");
    }
    return context;
  }

  const exports = { BACKGROUND_FUNCTION_TIMEOUT, builder, getContext, purgeCache, schedule, stream, SYNCHRONOUS_FUNCTION_TIMEOUT };
  exports.default = exports;
  return exports;
})();
