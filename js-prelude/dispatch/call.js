// One call in flight, and `ctx`, the handler's view of it.
//
// index.js makes a Call for each call from Rust and sets it as V8's async context, where core/trace.js finds it. The head of the request
// comes from Rust (op_skep_meta) when it is asked for; background work goes to Rust (op_skep_background).
//
// Invariant: a function holds the Context and never the Call.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_background, op_skep_meta } = core.ops;
  const {
    PromisePrototypeThen,
    PromiseResolve,
    SafePromisePrototypeFinally,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
  } = primordials;
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { callFunction } = core.loadExtScript("ext:skep/dispatch/call_function.js");

  // The lines of op_skep_meta, in the order in which `meta` of runtime/ops/request.rs writes them.
  const REQUEST_ID = 0;
  const TRACEPARENT = 1; // Of this hop.
  const HOPS = 2; // So far, and one.
  const REMOTE_ADDRESS = 3;
  const TRACESTATE = 4;

  /** One call in flight: the async context of all code that it runs. */
  class Call {
    id; // Rust reads it from the async context, so it is a plain property.
    #context = null;
    #meta = null;
    request = null;
    reader = null;
    onIdle = null; // Called when nothing is left that could answer the call.
    onLeave = null; // Called when the client leaves before the answer is complete.
    onUncaught = null; // logUncaught of core/errors.js passes an error that no code caught; returns true if it made the call fail.
    isSkepCall = true;
    call = this; // AsyncLocalStorage copies the properties of the context into another object.

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
      return { transport: "tcp", hostname: StringPrototypeSlice(remote, 0, at), port: +StringPrototypeSlice(remote, at + 1) };
    }
    context() {
      return this.#context ??= new Context(this);
    }
    /** Keeps the call open until `promise` settles. */
    waitUntil(promise) {
      const id = this.id;
      const work = PromiseResolve(promise); // May throw, so it comes first.
      op_skep_background(id, true);
      const done = () => op_skep_background(id, false);
      PromisePrototypeThen(
        SafePromisePrototypeFinally(work, done),
        undefined,
        // A rejected background promise is the function's own affair, but never a silent one.
        reportError,
      );
    }
  }

  /** `ctx`: the second argument of a plain handler and the third of a Workers handler. */
  class Context {
    #call;
    #props = undefined;
    constructor(call) {
      this.#call = call;
    }
    get env() {
      return instance.env;
    }
    get function() {
      return instance.functionName;
    }
    get version() {
      return instance.versionId;
    }
    get requestId() {
      return this.#call.requestId();
    }
    get trace() {
      // A traceparent is version-traceId-spanId-flags.
      const { 1: traceId, 2: spanId, 3: flags } = StringPrototypeSplit(this.#call.outgoingTraceparent(), "-");
      return { traceId, spanId, sampled: flags === "01" };
    }
    get remoteAddr() {
      return this.#call.remoteAddress();
    }
    get props() {
      return this.#props ??= {};
    }
    /** Keeps the instance alive until `promise` settles. */
    waitUntil(promise) {
      this.#call.waitUntil(promise);
    }
    /** Accepted for Workers code; there is no origin to pass through to. */
    passThroughOnException() {}
    /** Calls another function without a socket, in the same trace. */
    call(name, input = "/", init = undefined) {
      return callFunction(this.#call, name, input, init);
    }
  }

  return { Call };
})();
