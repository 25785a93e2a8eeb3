// The dialect of kubeless's runtime for Node: `(event, context)`, a value or a promise back.
//
// dialects/detect.js finds it; express/serve.js makes the request and response that stand in `event.extensions`. The rules are those of
// kubeless's `kubeless.js`, which calls the handler for every method and path.
//
// Invariant: every answer of the runtime lets any origin read it, and a preflight never reaches the handler.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { TypeError } = primordials;
  const { makeApplication } = core.loadExtScript("ext:skep/dialects/express/application.js");
  const { bytesParsers } = core.loadExtScript("ext:skep/dialects/express/bodies.js");
  const { install, timeoutOf } = core.loadExtScript("ext:skep/dialects/kubeless/variables.js");
  const { handleOf, MalformedBody } = core.loadExtScript("ext:skep/dialects/express/serve.js");

  /** What the runtime tells a handler of itself. */
  function contextOf(name, settings) {
    return {
      "function-name": name,
      timeout: timeoutOf(settings),
      runtime: "nodejs",
      "memory-limit": `${settings.limits.memoryMb}Mi`,
    };
  }

  /** `data`: parsed JSON, text, or `{}` without a body and for forms with files, which the handler reads from the request. */
  function dataOf(request) {
    const { body } = request;
    if (!(body.length > 0)) return body;
    const text = body.toString("utf-8");
    if (!request.is("application/json")) return text;
    try {
      return internals.parseJson(text);
    } catch (error) {
      throw new MalformedBody(error.message);
    }
  }

  function eventOf(request, response) {
    return {
      "event-type": request.header("event-type"),
      "event-id": request.header("event-id"),
      "event-time": request.header("event-time"),
      "event-namespace": request.header("event-namespace"),
      data: dataOf(request),
      extensions: { request, response },
    };
  }

  /** Sends what the handler returned, unless it ended the response itself. */
  function finish(response, value) {
    if (response.finished) return;
    if (typeof value === "string" || value === undefined) response.end(value);
    else if (typeof value === "object") response.json(value);
    else response.end(JSON.stringify(value));
  }

  /** What Kubernetes asks: it never reaches the handler. */
  const isProbe = ({ method, path }) => path === "/healthz" && (method === "GET" || method === "HEAD");

  function preflight(request, response) {
    const asked = (name) => request.headers[`access-control-request-${name}`];
    if (asked("method") !== undefined) response.header("Access-Control-Allow-Methods", asked("method"));
    if (asked("headers") !== undefined) response.header("Access-Control-Allow-Headers", asked("headers"));
    response.end();
  }

  function handlerOf({ fn, name }, settings) {
    if (typeof fn !== "function") throw new TypeError("no handler found: export a function (event, context)");
    install(settings, name);
    const context = contextOf(name, settings);
    const application = makeApplication();
    application.set("query parser", "extended");
    return handleOf({
      __proto__: null,
      application,
      parsers: bytesParsers(settings),
      answer(request, response) {
        if (!(request.body?.length > 0)) request.body = {};
        if (isProbe(request)) return response.send("OK");
        response.header("Access-Control-Allow-Origin", "*");
        if (request.method === "OPTIONS") return preflight(request, response);
        const event = eventOf(request, response);
        return answerWith(fn(event, context), response);
      },
    });
  }

  async function answerWith(result, response) {
    finish(response, await result);
  }

  return { __proto__: null, handlerOf };
})();
