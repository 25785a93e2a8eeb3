// What Rust's answers become for code of Node's: an error is a code and a reason, and what is delivered runs in its own context.
//
// node/net/tcp.js and node/tls deliver through it.
//
// Invariant: no call has a part in what may be delivered for another one.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { MapPrototypeGetSize, StringPrototypeIndexOf, StringPrototypeSlice } = primordials;
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");

  /** The code and the reason of an error of Rust: `ECONNREFUSED Connection refused`. */
  function outcomeOf(error) {
    const message = `${error?.message ?? error}`;
    const end = StringPrototypeIndexOf(message, " ");
    const code = end === -1 ? message : StringPrototypeSlice(message, 0, end);
    return codeMap.has(code)
      ? { __proto__: null, code: codeMap.get(code), reason: StringPrototypeSlice(message, end + 1) }
      : { __proto__: null, code: codeMap.get("ECONNRESET"), reason: message };
  }

  /**
   * Runs what a connection delivers in the context of the code that opened it, as Node does, where that can be no other call's: a connection in
   * a pool outlives the call that made it, and serves others meanwhile. What awaits, or is bound, has its own context all the same.
   */
  function inContext(context, deliver) {
    const before = core.getAsyncContext();
    core.setAsyncContext(MapPrototypeGetSize(pendingCalls) > 1 ? undefined : internals.trace.openContext(context));
    try {
      deliver();
    } finally {
      core.setAsyncContext(before);
    }
  }

  return { __proto__: null, inContext, outcomeOf };
})();
