// Netlify's second kind of handler: `(request, context)`, which returns a Response.
//
// netlify/index.js makes the handle of a module with it. Request and answer are those of every function (dispatch/request.js, respond.js).
//
// Invariant: cookies that the function set go out with its answer, and with no other.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeIncludes,
    ArrayPrototypeJoin,
    FunctionPrototypeCall,
    ObjectPrototypeIsPrototypeOf,
    Promise,
    PromisePrototypeThen,
    StringPrototypeEndsWith,
  } = primordials;
  const { Response, ResponsePrototype } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { setTimeout } = core.loadExtScript("ext:deno_web/02_timers.js");
  const { makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { sendResult } = core.loadExtScript("ext:skep/dispatch/respond.js");
  const { Headers } = core.loadExtScript("ext:deno_fetch/20_headers.js");
  const { answer, headOf, run } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { contextOf } = core.loadExtScript("ext:skep/dialects/netlify/context.js");
  const { match } = core.loadExtScript("ext:skep/dialects/netlify/config.js");
  const { append } = Headers.prototype;

  const OF_NETLIFY = "/.netlify/functions";
  const TEXT = ["content-type", "text/plain; charset=utf-8"];

  /** Whether `config` leaves the request to this function; else it has been answered. */
  function isMine(call, method, config) {
    const { exclusions, methods, patterns } = config;
    if (methods.length > 0 && !ArrayPrototypeIncludes(methods, method)) {
      answer(call, 405, ["allow", ArrayPrototypeJoin(methods, ", "), TEXT[0], TEXT[1]], "Method Not Allowed");
      return false;
    }
    if (exclusions.length === 0 && patterns.length === 0) return true;
    const head = headOf(call, method);
    // By its name a function is called whatever its paths are; Netlify's own address is not there any more when it has paths.
    const prefix = valueOf(head.headers, "x-forwarded-prefix");
    if (prefix !== "" && (patterns.length === 0 || !StringPrototypeEndsWith(prefix, OF_NETLIFY))) return true;
    if (match(exclusions, head.path) === null && (patterns.length === 0 || match(patterns, head.path) !== null)) return true;
    answer(call, 404, TEXT, "Not Found");
    return false;
  }

  /** `fn` is called without a receiver, `object.fetch` as a method of what was exported. */
  function handleOf(fn, object, config) {
    const start = (call, method, bodyKind) => {
      const { context, set } = contextOf(call, method, (head) => match(config.patterns, head.path) ?? {});
      const request = makeRequest(call, method, bodyKind);
      const result = object === null ? fn(request, context) : object.fetch(request, context);
      return { __proto__: null, result, set };
    };
    return (call, method, bodyKind) => {
      run(call, () => {
        if (!isMine(call, method, config)) return undefined;
        if (config.isBackground) return startInBackground(call, () => start(call, method, bodyKind).result);
        const { result, set } = start(call, method, bodyKind);
        if (typeof result?.then !== "function") return reply(call, result, set);
        return (async () => reply(call, await result, set))();
      });
    };
  }

  /** Answers at once; the rest goes on as background work of the call. */
  function startInBackground(call, work) {
    // In a turn of its own: answers leave at the end of a turn, and the work may be long.
    const nextTurn = new Promise((resolve) => setTimeout(resolve, 0));
    call.waitUntil(PromisePrototypeThen(nextTurn, work));
    answer(call, 202, [], null);
  }

  function reply(call, result, set) {
    if (result === undefined) result = new Response(null, { status: 204 });
    if (set.length > 0) result = withCookies(result, set);
    sendResult(call, result);
  }

  function withCookies(result, set) {
    const response = ObjectPrototypeIsPrototypeOf(ResponsePrototype, result)
      ? new Response(result.body, result)
      : typeof result === "string" ? new Response(result) : Response.json(result);
    for (let i = 0; i < set.length; i++) FunctionPrototypeCall(append, response.headers, "set-cookie", set[i]);
    return response;
  }

  return { __proto__: null, handleOf, startInBackground };
})();
