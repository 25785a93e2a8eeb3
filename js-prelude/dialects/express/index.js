// The handler `(req, res)` of Node, which belongs to no host: Express's request and response, and the body parsed.
//
// dialects/detect.js finds it by the names of its parameters; it asks for the handle here.
//
// Invariant: the handler is called for every method and path. (An application that is exported is none of these: it is called as a server.)

(function () {
  const { core, primordials } = __bootstrap;
  const { TypeError } = primordials;
  const { makeApplication } = core.loadExtScript("ext:skep/dialects/express/application.js");
  const { nodeParsers } = core.loadExtScript("ext:skep/dialects/express/bodies.js");
  const { handleOf } = core.loadExtScript("ext:skep/dialects/express/serve.js");

  function handlerOf({ fn }, settings) {
    if (typeof fn !== "function") throw new TypeError("no handler found: export a function (req, res)");
    return handleOf({
      __proto__: null,
      application: makeApplication(),
      parsers: nodeParsers(settings),
      answer: (request, response, _bytes, next) => fn(request, response, next),
    });
  }

  return { __proto__: null, handlerOf };
})();
