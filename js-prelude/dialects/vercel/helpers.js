// Vercel's helpers of a handler `(req, res)`: `query`, `cookies` and `body` of the request, `status`, `send`, `json`, `redirect` of the response.
//
// vercel/index.js asks for the handle; express/serve.js makes request and response. The rules are those of @vercel/node, where they differ
// from Express's: a redirect is 307 without a body, and `body` is parsed when it is first read.
//
// Invariant: JSON that cannot be parsed is the handler's to catch; if it does not, the client gets 400.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { Error, RegExpPrototypeSymbolReplace, SafeWeakMap, StringPrototypeToLowerCase, WeakMapPrototypeGet, WeakMapPrototypeSet } =
    primordials;
  const { defineLate, makeApplication } = core.loadExtScript("ext:skep/dialects/express/application.js");
  const { handleOf: serve, MalformedBody } = core.loadExtScript("ext:skep/dialects/express/serve.js");

  const PARAMETERS = /\s*;.*$/s;

  const bodies = new SafeWeakMap(); // Request to its bytes.

  class ApiError extends MalformedBody {
    constructor(statusCode, message) {
      super(message);
      this.statusCode = statusCode;
    }
  }

  function queryOf(request) {
    return internals.nodeBuiltIn("url").parse(request.url, true).query;
  }

  function bodyOf(request) {
    const type = request.headers["content-type"];
    if (!type) return undefined;
    const bytes = WeakMapPrototypeGet(bodies, request) ?? internals.nodeBuiltIn("buffer").Buffer.alloc(0);
    switch (StringPrototypeToLowerCase(RegExpPrototypeSymbolReplace(PARAMETERS, type, ""))) {
      case "application/json":
        return jsonOf(`${bytes}`);
      case "application/octet-stream":
        return bytes;
      case "application/x-www-form-urlencoded":
        return internals.nodeBuiltIn("querystring").parse(`${bytes}`);
      case "text/plain":
        return `${bytes}`;
      default:
        return undefined;
    }
  }

  function jsonOf(text) {
    if (text === "") return {};
    try {
      return internals.parseJson(text);
    } catch {
      throw new ApiError(400, "Invalid JSON");
    }
  }

  function redirect(statusOrUrl, url) {
    const [status, target] = typeof statusOrUrl === "string" ? [307, statusOrUrl] : [statusOrUrl, url];
    if (typeof status !== "number" || typeof target !== "string") {
      throw new Error(
        "Invalid redirect arguments. Please use a single argument URL, e.g. res.redirect('/destination') or use a status code and URL, e.g. res.redirect(307, '/destination').",
      );
    }
    this.writeHead(status, { Location: target }).end();
    return this;
  }

  function status(statusCode) {
    this.statusCode = statusCode;
    return this;
  }

  function applicationOf() {
    const application = makeApplication();
    defineLate(application.request, "query", queryOf);
    defineLate(application.request, "body", bodyOf);
    application.response.redirect = redirect;
    application.response.status = status;
    return application;
  }

  function handleOf(fn) {
    return serve({
      __proto__: null,
      application: applicationOf(),
      parsers: null,
      answer(request, response, bytes) {
        if (bytes !== null) WeakMapPrototypeSet(bodies, request, bytes);
        return fn(request, response);
      },
    });
  }

  return { __proto__: null, handleOf };
})();
