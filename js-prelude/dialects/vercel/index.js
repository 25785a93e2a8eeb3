// The dialect of Vercel's functions: exports named by HTTP method, `export default { fetch }`, an edge function, or `(req, res)`.
//
// dialects/detect.js finds it. Web handlers get a Request (dispatch/request.js) and answer as plain handlers do (dispatch/respond.js);
// `(req, res)` gets Node's (express/serve.js) with Vercel's own helpers (helpers.js).
//
// Invariant: of one module either the web handlers answer or the one for Node, never both.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypeFilter, ArrayPrototypeJoin, TypeError } = primordials;
  const { answer } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { respondWith } = core.loadExtScript("ext:skep/dialects/shared/web.js");
  const { makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { sendResult } = core.loadExtScript("ext:skep/dispatch/respond.js");

  const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

  const memberOf = (holder, name) => (holder === null || holder === undefined ? undefined : holder[name]);

  /** The exports named by a method, of the module or of what CommonJS exports. */
  function methodsOf({ exported, namespace }) {
    const found = { __proto__: null };
    for (let i = 0; i < METHODS.length; i++) {
      const name = METHODS[i];
      const handler = memberOf(namespace, name) ?? memberOf(exported, name);
      if (typeof handler === "function") found[name] = handler;
    }
    return found;
  }

  /** `waitUntil` works when it is taken out of the object. */
  const contextOf = (call) => ({ waitUntil: (promise) => call.waitUntil(promise) });

  /** Answers with what a web handler returns. `handlerFor` returns null if it answered itself. */
  function webHandle(handlerFor) {
    return (call, method, bodyKind) => {
      const handler = handlerFor(call, method);
      if (handler !== null) respondWith(call, () => handler(makeRequest(call, method, bodyKind), contextOf(call)), sendResult);
    };
  }

  function byMethod(found) {
    const known = ArrayPrototypeFilter(METHODS, (name) => name in found || (name === "HEAD" && "GET" in found));
    const allow = ArrayPrototypeJoin(known, ", ");
    return webHandle((call, method) => {
      const handler = found[method] ?? (method === "HEAD" ? found.GET : undefined);
      if (handler !== undefined) return handler;
      answer(call, 405, ["allow", allow], null);
      return null;
    });
  }

  function handlerOf(found) {
    const methods = methodsOf(found);
    for (const _name in methods) return byMethod(methods);
    const { exported, fn, namespace } = found;
    if (typeof memberOf(exported, "fetch") === "function") return webHandle(() => (request, context) => exported.fetch(request, context));
    if (typeof fn !== "function") throw new TypeError("no handler found: export functions named by method, a default function, or { fetch }");
    if (isEdge(memberOf(namespace, "config")) || isEdge(memberOf(exported, "config"))) return webHandle(() => fn);
    return core.loadExtScript("ext:skep/dialects/vercel/helpers.js").handleOf(fn);
  }

  const isEdge = (config) => {
    const runtime = memberOf(config, "runtime");
    return runtime === "edge" || runtime === "experimental-edge";
  };

  return { __proto__: null, handlerOf };
})();
