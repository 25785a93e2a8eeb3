// Events of Google's functions framework: CloudEvents in both of their modes over HTTP, and typed functions.
//
// gcf/index.js asks for the answer of a function that is registered as such; the rules are those of the framework.
//
// Invariant: an event is answered 204 or with what its function returned.

(function () {
  const { core, primordials } = __bootstrap;
  const { PromisePrototypeThen, PromiseResolve, Promise, RegExpPrototypeTest, StringPrototypeSlice, StringPrototypeStartsWith } = primordials;
  const { MalformedBody } = core.loadExtScript("ext:skep/dialects/express/serve.js");

  const isBinary = (request) =>
    !!(request.header("ce-type") && request.header("ce-specversion") && request.header("ce-source") && request.header("ce-id"));

  /** The attributes of an event whose body is its data. */
  function attributesOf(request) {
    const event = {};
    for (const name in request.headers) {
      if (StringPrototypeStartsWith(name, "ce-")) event[StringPrototypeSlice(name, 3)] = request.header(name);
    }
    return event;
  }

  function eventOf(request) {
    let event = request.body;
    if (isBinary(request)) {
      event = attributesOf(request);
      event.data = request.body;
    }
    if (event === null || typeof event !== "object") throw new MalformedBody("the request is no CloudEvent: it has neither ce- headers nor a JSON body");
    const traceparent = request.header("traceparent");
    if (traceparent) event.traceparent = traceparent;
    return event;
  }

  function sendReturned(response, value) {
    if (value === undefined || value === null) response.sendStatus(204);
    else if (typeof value === "number") response.json(value);
    else sendOrSay(response, value);
  }

  /** A value that cannot be sent is the same as none, as in the framework. */
  function sendOrSay(response, value) {
    try {
      response.send(value);
    } catch (error) {
      console.error(`Error serializing return value: ${error}`);
      response.sendStatus(204);
    }
  }

  /** The result of `(event)`, or of `(event, callback)`. */
  function resultOf(fn, event) {
    if (fn.length < 2) return fn(event);
    return new Promise((resolve, reject) => {
      const returned = fn(event, (error, value) => {
        if (error) reject(error);
        else resolve(value);
      });
      // What such a function returns is not its answer, but its rejection is its error.
      if (typeof returned?.then === "function") PromisePrototypeThen(PromiseResolve(returned), undefined, reject);
    });
  }

  function cloudEventAnswer(fn) {
    return async (request, response, next) => {
      if (request.method !== "POST") return next();
      sendReturned(response, await resultOf(fn, eventOf(request)));
    };
  }

  const JSON_TYPE = /^\s*application\/(?:[^;]*\+)?json\b/i;

  /** `functions.typed`: JSON in, JSON out. */
  function typedAnswer(fn) {
    return async (request, response) => {
      if (request.body !== undefined && !RegExpPrototypeTest(JSON_TYPE, request.header("content-type") ?? "")) {
        throw new MalformedBody("the body is not JSON");
      }
      const value = await fn(request.body);
      response.setHeader("content-type", "application/json");
      response.end(value === undefined ? "" : JSON.stringify(value));
    };
  }

  return { __proto__: null, cloudEventAnswer, typedAnswer };
})();
