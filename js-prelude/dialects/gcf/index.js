// The dialect of Google's functions framework: `functions.http`, `functions.cloudEvent`, `functions.typed`, or an export `(req, res)`.
//
// dialects/detect.js finds it by what gcf/module.js registered. express/serve.js makes request and response; the rules are those of the
// framework's `server.js` and `function_wrappers.js`.
//
// Invariant: a function answers for its version alone; which one of several, `handler` or `FUNCTION_TARGET` decides once.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypeFilter,
    ArrayPrototypeJoin,
    ArrayPrototypeMap,
    DateNow,
    MathRandom,
    NumberPrototypeToString,
    RegExpPrototypeExec,
    RegExpPrototypeTest,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    TypeError,
  } = primordials;
  const { makeApplication } = core.loadExtScript("ext:skep/dialects/express/application.js");
  const { googleParsers } = core.loadExtScript("ext:skep/dialects/express/bodies.js");
  const { handleOf } = core.loadExtScript("ext:skep/dialects/express/serve.js");

  /** What browsers and crawlers ask for by themselves: it reaches no function. */
  const IGNORED = /^\/(?:favicon\.ico|robots\.txt)(?:\/|$)/i;
  const CLOUD_TRACE = /^\w+\/(\d+)(?:;o=.+)?$/;

  /** The framework's own form of an execution's id. */
  function newExecutionId() {
    const last = (number) => StringPrototypeSlice(NumberPrototypeToString(number, 36), -6);
    return last(DateNow()) + last(MathRandom());
  }

  function addMembers(request) {
    request.executionId = request.header("function-execution-id") || newExecutionId();
    const trace = RegExpPrototypeExec(CLOUD_TRACE, request.header("x-cloud-trace-context") ?? "");
    if (trace !== null) request.spanId = trace[1];
    const { path } = request;
    // The framework's only route is `/{*splat}`.
    if (path !== "/") request.params = { ...request.params, splat: ArrayPrototypeMap(StringPrototypeSplit(StringPrototypeSlice(path, 1), "/"), decoded) };
  }

  function decoded(part) {
    try {
      return primordials.decodeURIComponent(part);
    } catch {
      return part;
    }
  }

  /** The handle of functions that answer `(request, response)` in Google's way; Firebase's do too. */
  function googleHandle(settings, answer) {
    return handleOf({
      __proto__: null,
      application: makeApplication(),
      parsers: googleParsers(settings),
      // Their handlers find forms with files in `rawBody`.
      readsMultipart: true,
      answer(request, response, _bytes, next, call) {
        addMembers(request);
        return answer(request, response, next, call);
      },
    });
  }

  function httpAnswer(fn) {
    return (request, response) => {
      if (RegExpPrototypeTest(IGNORED, request.path)) return response.status(404).send(null);
      return fn(request, response);
    };
  }

  const answers = {
    __proto__: null,
    http: httpAnswer,
    cloudEvent: (fn) => core.loadExtScript("ext:skep/dialects/gcf/events.js").cloudEventAnswer(fn),
    typed: (fn) => core.loadExtScript("ext:skep/dialects/gcf/events.js").typedAnswer(fn),
  };

  /** The last part of `handler`, or `FUNCTION_TARGET`: the name of the function that is meant; "" if neither says one. */
  function targetOf(settings) {
    const { handler } = settings;
    if (typeof handler === "string" && handler !== "") return StringPrototypeSlice(handler, StringPrototypeLastIndexOf(handler, ".") + 1);
    return settings.env.FUNCTION_TARGET ?? "";
  }

  /** The registered function that answers. */
  function registeredOf(settings) {
    const registered = internals.dialects.registered("gcf");
    const target = targetOf(settings);
    const named = ArrayPrototypeFilter(registered, ({ name }) => name === target);
    if (named.length > 0) return named[named.length - 1];
    const first = registered[0];
    const isOne = ArrayPrototypeFilter(registered, ({ name }) => name !== first.name).length === 0;
    if (isOne && target === "") return registered[registered.length - 1];
    const names = ArrayPrototypeJoin(ArrayPrototypeMap(registered, ({ name }) => name), ", ");
    if (target !== "") throw new TypeError(`no function is registered as ${target}: ${names}`);
    throw new TypeError(`several functions are registered: set handler to one of ${names}`);
  }

  /** A function that is exported, not registered: its kind stands in `FUNCTION_SIGNATURE_TYPE`. */
  function exportedOf({ exported, fn, namespace }, settings) {
    const target = targetOf(settings);
    const handler = target === "" ? fn : exported?.[target] ?? namespace[target] ?? fn;
    if (typeof handler !== "function") throw new TypeError("no handler found: register one with functions.http, or export a function (req, res)");
    const kind = settings.env.FUNCTION_SIGNATURE_TYPE ?? "http";
    if (kind === "event") throw new TypeError("FUNCTION_SIGNATURE_TYPE event is not supported: use functions.cloudEvent");
    return { __proto__: null, type: kind === "cloudevent" ? "cloudEvent" : "http", handler };
  }

  function handlerOf(found, settings) {
    const { type, handler } = internals.dialects.registered("gcf").length > 0 ? registeredOf(settings) : exportedOf(found, settings);
    return googleHandle(settings, answers[type](handler));
  }

  return { __proto__: null, googleHandle, handlerOf };
})();
