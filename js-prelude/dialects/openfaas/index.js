// The OpenFaaS dialect: `(event, context)` or `(event, context, callback)`, as the templates for Node call it.
//
// dialects/index.js asks for the handle of a module. The event is made here and in openfaas/body.js, the answer in openfaas/answer.js.
//
// Invariant: the first answer of a call counts; a second one is a warning in the log.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayPrototypePush, PromisePrototypeThen, PromiseResolve, String, TypeError } = primordials;
  const { failMalformed, failThrown, headOf, readBody, run } =
    core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { send } = core.loadExtScript("ext:skep/dialects/shared/event_answer.js");
  const { logText, warn } = core.loadExtScript("ext:skep/dialects/shared/event_errors.js");
  const { withBody } = core.loadExtScript("ext:skep/dialects/shared/event_handler.js");
  const { nodeHeaders, valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { nestedOf } = core.loadExtScript("ext:skep/dialects/shared/event_form.js");
  const { Outcome } = core.loadExtScript("ext:skep/dialects/shared/event_outcome.js");
  const { bodyOf } = core.loadExtScript("ext:skep/dialects/openfaas/body.js");
  const { answerOf } = core.loadExtScript("ext:skep/dialects/openfaas/answer.js");
  const { BODY_NONE } = core.loadExtScript("ext:skep/dispatch/request.js");

  const QUERY = { __proto__: null, depthMax: 5, listMax: 1000, isStrict: false };
  const DEFAULT_TYPE = "text/plain";
  const REPEATED = "a second answer of one call is ignored: the first of context.succeed, context.fail, the callback and the returned value counts";

  // Fields, so that no setter of a prototype is asked.
  class FunctionEvent {
    body;
    headers;
    method;
    query;
    path;
    constructor(body, headers, method, query, path) {
      this.body = body;
      this.headers = headers;
      this.method = method;
      this.query = query;
      this.path = path;
    }
  }

  class FunctionContext {
    statusCode = 200;
    cb;
    headerValues = {};
    cbCalled = 0;
    constructor(cb) {
      this.cb = cb;
    }

    status(statusCode) {
      if (!statusCode) return this.statusCode;
      this.statusCode = statusCode;
      return this;
    }

    headers(value) {
      if (!value) return this.headerValues;
      this.headerValues = value;
      return this;
    }

    succeed(value) {
      this.cbCalled++;
      this.cb(undefined, value);
    }

    fail(value) {
      if (`${this.status()}` === "200") this.status(500);
      this.cbCalled++;
      this.cb(value, undefined);
    }
  }

  function handlerOf({ fn, name }, { env, limits }) {
    if (typeof fn !== "function") throw new TypeError(`the handler ${name} is not a function; a template's own index.js is not run: export the handler`);
    internals.requireNode();
    const isRaw = env.RAW_BODY === "true";
    const bytesMax = limits.bodyMb * 2 ** 20;
    return (call, method, bodyKind) => {
      run(call, () => withBody(readBody(call, bodyKind), (bytes) => {
        const head = headOf(call, method);
        // The template's own, so that a body without a type is a text.
        if (valueOf(head.headers, "content-type") === "") ArrayPrototypePush(head.headers, "content-type", DEFAULT_TYPE);
        const { why, body } = bodyOf(bytes, head.headers, { __proto__: null, hasBody: bodyKind !== BODY_NONE, isRaw, bytesMax });
        if (why !== "") return failMalformed(call, why);
        return invoke(call, fn, new FunctionEvent(body, nodeHeaders(head.headers), method, nestedOf(head.query, QUERY), head.path));
      }));
    };
  }

  function invoke(call, handler, event) {
    const outcome = new Outcome(call, {
      onValue: ({ error, value }) => reply(call, context, error, value),
      onError: (error) => failThrown(call, error),
      onRepeat: () => warn(call, REPEATED),
    });
    const cb = (error, value) => outcome.succeed({ __proto__: null, error, value });
    const context = new FunctionContext(cb);
    const finish = (value) => {
      if (!outcome.isOver) cb(undefined, value);
    };
    try {
      const result = handler(event, context, cb);
      const isPromise = result !== null && result !== undefined && typeof result.then === "function";
      if (isPromise) outcome.follow(PromisePrototypeThen(PromiseResolve(result), (value) => ({ __proto__: null, value })));
      // With a callback among its parameters it may still call it.
      else if (result === undefined && handler.length > 2) outcome.whenIdle(() => finish(undefined));
      else finish(result);
    } catch (error) {
      outcome.fail(error);
    }
    outcome.release();
    return outcome.over;
  }

  /** As the template: an error is its text, without the function's headers. */
  function reply(call, context, error, value) {
    if (error) logText(call, error);
    send(call, error ? answerOf(context.status(), {}, textOf(error)) : answerOf(context.status(), context.headers(), value));
  }

  function textOf(error) {
    try {
      return error.toString ? String(error.toString()) : String(error);
    } catch {
      return "an error that cannot be described";
    }
  }

  return { __proto__: null, handlerOf };
})();
