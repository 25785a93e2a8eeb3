// The module `skep`: what the context of a handler has, for handlers that get none.
//
// dialects/host_modules.js loads it for `import { call } from "skep"`.
//
// Invariant: it works for the call whose code runs, and says so where none does.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectFreeze, TypeError } = primordials;

  const contextOf = (name) => {
    const call = internals.currentCall();
    if (call === undefined) throw new TypeError(`${name} of the module skep works only while a request is handled`);
    return call.context();
  };

  /** The context of the call: `ctx` of a plain handler. */
  const context = () => contextOf("context()");
  /** Calls another function, as `ctx.call`. */
  const call = (name, input, init) => contextOf("call()").call(name, input, init);
  /** Keeps the instance alive until the promise settles, as `ctx.waitUntil`. */
  const waitUntil = (promise) => contextOf("waitUntil()").waitUntil(promise);
  /** Trace id, span id and whether it is sampled, as `ctx.trace`. */
  const trace = () => contextOf("trace()").trace;

  const exports = { call, context, trace, waitUntil };
  exports.default = exports;
  return ObjectFreeze(exports);
})();
