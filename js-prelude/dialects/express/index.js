// The handler `(req, res)` of Node, which belongs to no host: Express's request and response, and the body parsed.
//
// dialects/detect.js finds it by the names of its parameters; it asks for the handle here.
//
// Invariant: an application that is exported is called with the bare request, as a server would: its own parsers read the body.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { TypeError } = primordials;
  const { makeApplication } = core.loadExtScript("ext:skep/dialects/express/application.js");
  const { nodeParsers } = core.loadExtScript("ext:skep/dialects/express/bodies.js");
  const { handleOf } = core.loadExtScript("ext:skep/dialects/express/serve.js");

  function handlerOf({ fn }, settings) {
    if (typeof fn !== "function") throw new TypeError("no handler found: export a function (req, res)");
    // Express and connect, exported under a name: `exports.app = app`.
    if (typeof fn.handle === "function") return applicationHandle(fn);
    return handleOf({
      __proto__: null,
      application: makeApplication(),
      parsers: nodeParsers(settings),
      answer: (request, response, _bytes, next) => fn(request, response, next),
    });
  }

  function applicationHandle(application) {
    const server = internals.nodeBuiltIn("http").createServer(application);
    const { begin } = core.loadExtScript("ext:skep/node/http/call.js");
    return (call, method, bodyKind) => begin(server, call, method, bodyKind);
  }

  return { __proto__: null, handlerOf };
})();
