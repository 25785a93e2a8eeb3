// The dialect of Azure Functions, in the v4 model: `app.http`, `app.get` and its like, `app.timer`.
//
// dialects/detect.js finds it by what azure/module.js registered. A call goes to the function whose route fits (azure/routes.js), below `/api`
// or without it; what the function returns becomes a Response (azure/messages.js, dispatch/respond.js). Timers become schedules (azure/timers.js).
//
// Its routes are addresses on the whole host, below `/api`: shared/claims.js tells them beside the handler.
//
// Invariant: a function whose `authLevel` asks for a key is never called without it.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypeFilter,
    ArrayPrototypeIncludes,
    ArrayPrototypeMap,
    ArrayPrototypeSort,
    MathMax,
    ObjectPrototypeIsPrototypeOf,
    RegExpPrototypeSymbolReplace,
    StringPrototypeCharCodeAt,
    StringPrototypeToUpperCase,
    TypeError,
  } = primordials;
  const { failBadResponse, headOf, requestId, traceparent } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { describe, firstLine } = internals.errors;
  const { respondWith } = core.loadExtScript("ext:skep/dialects/shared/web.js");
  const { Response, ResponsePrototype } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { URLSearchParams } = core.loadExtScript("ext:deno_web/00_url.js");
  const { makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { sendResult } = core.loadExtScript("ext:skep/dispatch/respond.js");
  const { compile, match } = core.loadExtScript("ext:skep/dialects/azure/routes.js");
  const { HttpResponse, InvocationContext, httpRequestOf } = core.loadExtScript("ext:skep/dialects/azure/messages.js");
  const { cookieText } = core.loadExtScript("ext:skep/dialects/azure/cookies.js");

  const BELOW_API = /^\/(?:api(?:\/|$))?/i;
  const NOT_AN_OBJECT = 'The HTTP response must be an object with optional properties "body", "status", "headers", and "cookies".';

  /** One of the functions, ready to be called. */
  function entryOf({ name, options }) {
    const methods = ArrayPrototypeMap(options.methods ?? ["GET", "POST"], (method) => StringPrototypeToUpperCase(`${method}`));
    const trigger = { type: "httpTrigger", name: "httpTrigger", direction: "in", authLevel: options.authLevel ?? "anonymous", methods, route: options.route };
    return { __proto__: null, name, handler: options.handler, methods, route: compile(options.route ?? name), trigger };
  }

  /** The addresses of the functions on the whole host, as Azure gives them. */
  function claimsOf(entries) {
    if (entries.length === 0) return [];
    const { claimsOfTemplates } = core.loadExtScript("ext:skep/dialects/shared/claims.js");
    const templates = ArrayPrototypeMap(entries, ({ methods, route }) => ({
      __proto__: null,
      methods,
      // The empty route is that of the prefix.
      segments: route.segments.length === 1 && route.segments[0] === "" ? [] : route.segments,
      source: route.source,
    }));
    return claimsOfTemplates("api", templates);
  }

  /** Equal in a time that does not tell where they differ. */
  function isEqual(given, key) {
    let difference = given.length ^ key.length;
    const length = MathMax(given.length, key.length);
    for (let i = 0; i < length; i++) difference |= (StringPrototypeCharCodeAt(given, i) || 0) ^ (StringPrototypeCharCodeAt(key, i) || 0);
    return difference === 0;
  }

  const headerOf = (head, name) => {
    for (let i = 0; i < head.headers.length; i += 2) if (head.headers[i] === name) return head.headers[i + 1];
    return undefined;
  };

  function isAllowed(entry, head, settings) {
    if (entry.trigger.authLevel === "anonymous") return true;
    const key = settings.env.AZURE_FUNCTION_KEY;
    const given = headerOf(head, "x-functions-key") ?? new URLSearchParams(head.query).get("code");
    return typeof key === "string" && key !== "" && typeof given === "string" && isEqual(given, key);
  }

  /** The function whose route and methods fit, and the parameters of its route. */
  function find(entries, head) {
    const path = RegExpPrototypeSymbolReplace(BELOW_API, head.path, "");
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (!ArrayPrototypeIncludes(entry.methods, head.method)) continue;
      const params = match(entry.route, path);
      if (params !== null) return { entry, params };
      // The folder's own address is that of its only function.
      if (entries.length === 1 && path === "") return { entry, params: {} };
    }
    return null;
  }

  /** `params` are those of the route; a timer has none, and no way to return anything. */
  function contextOf(call, name, { trigger, params, retryContext }) {
    return new InvocationContext({
      invocationId: requestId(call),
      functionName: name,
      retryContext,
      traceContext: { traceParent: traceparent(call), traceState: call.tracestate() ?? undefined, attributes: {} },
      triggerMetadata: params,
      options: {
        trigger,
        return: params === undefined ? undefined : { type: "http", name: "$return", direction: "out" },
        extraInputs: [],
        extraOutputs: [],
      },
    });
  }

  /** Calls a handler between the hooks that were registered. */
  function invoke(hooks, start, handler, input, context) {
    const isAlone = start === null && hooks.preInvocation.length + hooks.postInvocation.length === 0;
    return isAlone ? handler(input, context) : invokeBetween(hooks, start, handler, input, context);
  }

  async function invokeBetween(hooks, start, handler, input, context) {
    if (start !== null) await start();
    const hookData = {};
    const pre = { invocationContext: context, inputs: [input], functionHandler: handler, hookData };
    for (let i = 0; i < hooks.preInvocation.length; i++) await hooks.preInvocation[i](pre);
    const post = { invocationContext: context, inputs: pre.inputs, result: null, error: null, hookData };
    try {
      post.result = await pre.functionHandler(pre.inputs[0], context);
    } catch (error) {
      post.error = error;
      post.hasFailed = true;
    }
    for (let i = 0; i < hooks.postInvocation.length; i++) await hooks.postInvocation[i](post);
    if (post.hasFailed && post.error !== null && post.error !== undefined) throw post.error;
    return post.result;
  }

  function send(call, result) {
    if (result === undefined || result === null) return sendResult(call, new Response(null, { status: 204 }));
    if (typeof result !== "object") return failBadResponse(call, NOT_AN_OBJECT);
    let response;
    try {
      response = responseOf(result);
    } catch (error) {
      return failBadResponse(call, `cannot send the answer: ${firstLine(describe(error))}`);
    }
    return sendResult(call, response);
  }

  function responseOf(result) {
    const response = ObjectPrototypeIsPrototypeOf(ResponsePrototype, result) ? result : new HttpResponse(result);
    const { cookies } = result;
    if (cookies) for (let i = 0; i < cookies.length; i++) response.headers.append("set-cookie", cookieText(cookies[i]));
    return response;
  }

  const ofKind = (registered, kind) => ArrayPrototypeFilter(registered, (each) => each.kind === kind);
  const handlersOf = (registered, kind) => ArrayPrototypeMap(ofKind(registered, kind), ({ options }) => options.handler);

  function handlerOf(_found, settings) {
    const registered = internals.dialects.registered("azure");
    const entries = ArrayPrototypeMap(ofKind(registered, "http"), entryOf);
    ArrayPrototypeSort(entries, (one, other) => other.route.fixed - one.route.fixed);
    const timers = ofKind(registered, "timer");
    if (entries.length + timers.length === 0) {
      throw new TypeError("no handler found: register one with app.http of @azure/functions; only the v4 model is supported");
    }
    const hooks = { preInvocation: handlersOf(registered, "preInvocation"), postInvocation: handlersOf(registered, "postInvocation") };
    const start = startOf(handlersOf(registered, "appStart"));
    if (timers.length > 0) {
      const { registerTimers } = core.loadExtScript("ext:skep/dialects/azure/timers.js");
      registerTimers(timers, settings, (call, name, handler, input, init) => invoke(hooks, start, handler, input, contextOf(call, name, init)));
    }

    const handle = (call, method, bodyKind) => respondWith(call, () => begin(call, method, bodyKind), send);
    return { __proto__: null, handle, names: { __proto__: null, routes: claimsOf(entries) } };

    /** Finds the function of a call and calls it; what it returns, or its promise, is the answer. */
    function begin(call, method, bodyKind) {
      const head = headOf(call, method);
      const found = find(entries, head);
      if (found === null) return { status: 404 };
      const { entry, params } = found;
      if (!isAllowed(entry, head, settings)) return { status: 401 };
      const request = httpRequestOf(makeRequest(call, method, bodyKind), head.query, params);
      return invoke(hooks, start, entry.handler, request, contextOf(call, entry.name, { trigger: entry.trigger, params }));
    }
  }

  /** Runs the hooks of the start once, before the first call. */
  function startOf(handlers) {
    let started = null;
    if (handlers.length === 0) return null;
    const startAll = async () => {
      for (let i = 0; i < handlers.length; i++) await handlers[i]({ hookData: {} });
    };
    return () => (started ??= startAll());
  }

  return { __proto__: null, handlerOf };
})();
