// One call in flight.
//
// index.js makes a Call for each call from Rust and sets it as V8's async context, where core/trace.js finds it. The head of the request
// comes from Rust (op_skep_meta) when it is asked for; background work goes to Rust (op_skep_background).
//
// Invariant: a function holds the context that context.js makes of it, and never the Call.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_background, op_skep_meta } = core.ops;
  const {
    ArrayPrototypePush,
    ObjectSetPrototypeOf,
    Promise,
    PromisePrototypeThen,
    PromiseResolve,
    SafePromisePrototypeFinally,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
  } = primordials;
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");
  const { contextOf } = core.loadExtScript("ext:skep/dispatch/context.js");

  // The lines of op_skep_meta, in the order in which `meta` of runtime/ops/request.rs writes them.
  const REQUEST_ID = 0;
  const TRACEPARENT = 1; // Of this hop.
  const HOPS = 2; // So far, and one.
  const REMOTE_ADDRESS = 3;
  const TRACESTATE = 4;
  const PATTERN = 5;

  /** One call in flight: the async context of all code that it runs. */
  class Call {
    id; // Rust reads it from the async context, so it is a plain property.
    #context = null;
    #meta = null;
    request = null; // What the function sees of the request; null if it sees nothing of it.
    reader = null;
    isStreaming = false; // Its answer leaves piece by piece.
    onIdle = null; // Called when nothing is left that could answer the call.
    onLeave = null; // Called when the client leaves before the answer is complete.
    setCookies = null; // What the handler set by `ctx.cookies`: values of `set-cookie`.
    #ending = undefined; // null: the answer was sent; an error: it was not.
    #completed = null; // `info.completed` of Deno: its promise, and what settles it.
    onUncaught = null; // logUncaught of core/errors.js passes an error that no code caught; returns true if it made the call fail.
    isSkepCall = true;
    call = this; // AsyncLocalStorage copies the properties of the context into another object.

    static {
      // deno_core looks for the values of its async variables in it: what it lacks is asked of no prototype of the function.
      ObjectSetPrototypeOf(this.prototype, null);
    }
    constructor(id) {
      this.id = id;
    }
    #lines() {
      return this.#meta ??= StringPrototypeSplit(op_skep_meta(this.id), "\n");
    }
    /** Whether Rust still has the head, or it was read in time. */
    isOpen() {
      try {
        return this.#lines() !== null;
      } catch {
        return false;
      }
    }
    outgoingTraceparent() {
      return this.#lines()[TRACEPARENT];
    }
    tracestate() {
      return this.#lines()[TRACESTATE] || null;
    }
    hops() {
      return this.#lines()[HOPS];
    }
    requestId() {
      return this.#lines()[REQUEST_ID];
    }
    /** The client's address in Deno's shape; null for a call without a socket. */
    remoteAddress() {
      const remote = this.#lines()[REMOTE_ADDRESS];
      if (remote === "") return null;
      const at = StringPrototypeLastIndexOf(remote, ":");
      // An IPv6 address stands in brackets.
      const isBracketed = remote[0] === "[";
      const hostname = StringPrototypeSlice(remote, isBracketed ? 1 : 0, isBracketed ? at - 1 : at);
      return { transport: "tcp", hostname, port: +StringPrototypeSlice(remote, at + 1) };
    }
    /** The path of the manifest's route that the request came by, such as `/orders/:id`; empty if it came by the function's name. */
    routePattern() {
      return this.#lines()[PATTERN];
    }
    context() {
      return this.#context ??= contextOf(this);
    }
    /** The answer is complete (null), or is not and will not be (an error). */
    end(error) {
      if (this.#ending !== undefined) return;
      this.#ending = error;
      if (this.#completed !== null) this.#completed.settle(error);
    }
    /** A promise that is resolved when the answer was sent, and rejected if the client left before. Nobody needs to catch it. */
    completed() {
      if (this.#completed === null) {
        let settle;
        const promise = new Promise((resolve, reject) => settle = (error) => error === null ? resolve() : reject(error));
        PromisePrototypeThen(promise, undefined, () => {});
        this.#completed = { __proto__: null, promise, settle };
        if (this.#ending !== undefined) settle(this.#ending);
      }
      return this.#completed.promise;
    }
    /** Adds a `set-cookie` to the answer. */
    setCookie(value) {
      ArrayPrototypePush(this.setCookies ??= [], value);
    }
    /** Keeps the call open until `promise` settles. */
    waitUntil(promise) {
      const id = this.id;
      let isCounted = false;
      const done = () => {
        if (isCounted) op_skep_background(id, false);
      };
      // Each of these calls may throw, at the end of the stack too: a count that is raised before them would never fall.
      PromisePrototypeThen(
        SafePromisePrototypeFinally(PromiseResolve(promise), done),
        undefined,
        // A rejected background promise is the function's own affair, but never a silent one.
        reportError,
      );
      op_skep_background(id, true);
      isCounted = true;
    }
  }

  return { Call };
})();
