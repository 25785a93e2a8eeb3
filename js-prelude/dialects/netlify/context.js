// The context of Netlify's second kind of handler: what every function of Skep has in `ctx`, and Netlify's own members.
//
// netlify/fetch_handler.js makes one for each call; `getContext()` and `Netlify.context` find it by the call that runs.
//
// Invariant: it is an ordinary object with no way to the host's Call, made once for a call; what costs something is made when it is asked for.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayPrototypePush, ObjectDefineProperty, SafeWeakMap, TypeError } = primordials;
  const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
  const { Response } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { headOf, remoteAddress } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { cookiesFor } = core.loadExtScript("ext:skep/dialects/netlify/cookies.js");

  const contexts = new SafeWeakMap(); // Call to `{ context, set }`.

  const unsupported = (name) => () => {
    throw new TypeError(`context.${name}() is not supported: Skep runs no Edge Functions, and has no request to pass on`);
  };

  /** Defines a member that is computed when it is first asked for. */
  function lazily(object, name, make) {
    let value;
    let isMade = false;
    ObjectDefineProperty(object, name, {
      __proto__: null,
      get() {
        if (!isMade) {
          value = make();
          isMade = true;
        }
        return value;
      },
      set(other) {
        value = other;
        isMade = true;
      },
      enumerable: true,
      configurable: true,
    });
  }

  /** What every `ctx` has, under the same names. */
  const SHARED = ["env", "function", "version", "requestId", "trace", "remoteAddr", "props"];

  function make(call, method, params) {
    const ctx = call.context();
    const set = [];
    let head = null;
    const headNow = () => head ??= headOf(call, method);
    const context = {
      account: {},
      cookies: cookiesFor(() => headNow().headers, (cookie) => ArrayPrototypePush(set, cookie)),
      deploy: {},
      geo: {},
      json: (input, init) => Response.json(input, init),
      log: (...values) => globalThis.console.log(...values),
      next: unsupported("next"),
      rewrite: unsupported("rewrite"),
      server: { region: "local" },
      site: {},
      waitUntil: (promise) => ctx.waitUntil(promise),
      passThroughOnException() {},
      call: (name, input, init) => ctx.call(name, input, init),
    };
    lazily(context, "ip", () => remoteAddress(call));
    lazily(context, "url", () => new URL(headNow().url));
    lazily(context, "params", () => ({ ...params(headNow()) }));
    for (let i = 0; i < SHARED.length; i++) lazily(context, SHARED[i], () => ctx[SHARED[i]]);
    return { __proto__: null, context, set };
  }

  /** The context of a call, and the cookies that were set in it. `params` gives those of the route. */
  function contextOf(call, method = "GET", params = () => ({})) {
    let made = contexts.get(call);
    if (made === undefined) contexts.set(call, made = make(call, method, params));
    return made;
  }

  /** The context of the call that runs, or null. */
  function currentContext() {
    const call = internals.currentCall();
    return call === undefined ? null : contextOf(call).context;
  }

  return { __proto__: null, contextOf, currentContext };
})();
