// The dialect of Fission's environment for Node: `(context)` that returns `{ status, body, headers }`, or `(context, callback)`.
//
// dialects/detect.js finds it; express/serve.js makes the request and response that stand in `context`. The rules are those of the
// environment's `server.js`.
//
// Invariant: an answer has a status; Fission itself never answers without one.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { FunctionPrototypeToString, ObjectKeys, RegExpPrototypeTest, TypeError } = primordials;
  const { makeApplication } = core.loadExtScript("ext:skep/dialects/express/application.js");
  const { fissionParsers } = core.loadExtScript("ext:skep/dialects/express/bodies.js");
  const { BadResponse, handleOf } = core.loadExtScript("ext:skep/dialects/express/serve.js");

  /** Its handlers of WebSockets: `(ws, clients)`. */
  const SOCKET_HANDLER = /^[^(]*\([^,)]*,\s*clients\b/;

  const isReadable = (body) => body !== null && typeof body === "object" && typeof body.pipe === "function";

  function send(response, status, body, headers) {
    if (headers) for (const name of ObjectKeys(headers)) response.set(name, headers[name]);
    response.status(status);
    if (isReadable(body)) internals.nodeBuiltIn("stream").pipeline(body, response, () => {});
    else response.send(body);
  }

  /** Sends the object that a handler returned. */
  async function sendReturned(response, result) {
    const returned = await result;
    if (returned === null || typeof returned !== "object") throw new BadResponse("the handler returned no object with a status");
    const { status, body, headers } = returned;
    if (!status) throw new BadResponse("the returned object has no status");
    send(response, status, body, headers);
  }

  /** The handler with a callback, which may come at any time; the first one counts. */
  function answerByCallback(fn, context, response) {
    let isCalled = false;
    return fn(context, (status, body, headers) => {
      if (isCalled) return console.warn("the callback was called again: the first answer was sent");
      if (!status) throw new BadResponse("the callback got no status");
      isCalled = true;
      send(response, status, body, headers);
    });
  }

  function handlerOf({ fn }, settings) {
    if (typeof fn !== "function") throw new TypeError("no handler found: export a function (context)");
    if (RegExpPrototypeTest(SOCKET_HANDLER, FunctionPrototypeToString(fn))) throw new TypeError("incoming WebSockets are not there yet");
    return handleOf({
      __proto__: null,
      application: makeApplication(),
      parsers: fissionParsers(settings),
      answer(request, response) {
        addHeaders(request, settings);
        const context = { request, response };
        if (fn.length > 1) return answerByCallback(fn, context, response);
        return sendReturned(response, fn.length === 0 ? fn() : fn(context));
      },
    });
  }

  /** The headers that Fission's router adds. */
  function addHeaders(request, settings) {
    const { headers } = request;
    headers["x-fission-function-name"] = settings.function;
    headers["x-fission-function-namespace"] = "default";
    headers["x-fission-function-uid"] = settings.version;
    headers["x-fission-full-url"] = request.originalUrl;
    for (const name of ObjectKeys(request.params)) headers[`x-fission-params-${name.toLowerCase()}`] = `${request.params[name]}`;
  }

  return { __proto__: null, handlerOf };
})();
