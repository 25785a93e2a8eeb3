// Service workers of Cloudflare: `addEventListener("fetch", (event) => event.respondWith(...))`.
//
// dialects/workers.js loads it when a module adds such a listener; the listeners stay those of the global object, which dispatches the event
// of each request to them.
//
// Invariant: a request whose listeners answer nothing, or throw, ends with a fault that says so.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectHasOwn, ObjectKeys, PromiseResolve, ReflectApply, RegExpPrototypeTest, TypeError } = primordials;
  const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
  const { Event, EventTarget } = core.loadExtScript("ext:deno_web/02_event.js");
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { dispatchEvent } = EventTarget.prototype;

  const NO_ANSWER = "no listener for fetch has called event.respondWith(): there is no origin that would answer instead";

  let answerOf; // (event): what it was answered with, or undefined; no later answer counts.

  class FetchEvent extends Event {
    #answer = undefined;
    #call;
    #isOver = false;
    #request;

    constructor(request, call) {
      super("fetch", { cancelable: true });
      this.#request = request;
      this.#call = call;
    }
    static {
      answerOf = (event) => {
        event.#isOver = true;
        return event.#answer;
      };
    }
    get request() {
      return this.#request;
    }
    get clientId() {
      return "";
    }
    respondWith(answer) {
      if (this.#answer !== undefined) throw new DOMException("event.respondWith() was called before", "InvalidStateError");
      if (this.#isOver) throw new DOMException("event.respondWith() must be called before the listener returns", "InvalidStateError");
      this.#answer = { __proto__: null, promise: PromiseResolve(answer) };
      this.stopImmediatePropagation();
    }
    waitUntil(promise) {
      this.#call.waitUntil(promise);
    }
    /** Accepted; there is no origin to pass through to. */
    passThroughOnException() {}
  }

  /** The handler: `(call, method, bodyKind) => what a listener answers`. What a listener throws fails the call. */
  function handle(call, method, bodyKind) {
    const event = new FetchEvent(makeRequest(call, method, bodyKind), call);
    let thrown = null;
    // The dispatch of an event reports an error of a listener, and goes on.
    call.onUncaught = (error) => {
      thrown ??= { __proto__: null, error };
      return true;
    };
    ReflectApply(dispatchEvent, globalThis, [event]);
    call.onUncaught = null;
    const answer = answerOf(event);
    if (answer !== undefined) return answer.promise;
    if (thrown !== null) throw thrown.error;
    throw new TypeError(NO_ANSWER);
  }

  let isPrepared = false;

  /** The environment as globals, as service workers have it. `define` is that of api/globals.js. */
  function prepare(define) {
    if (isPrepared) return;
    isPrepared = true;
    const names = ObjectKeys(instance.env);
    for (let i = 0; i < names.length; i++) {
      if (RegExpPrototypeTest(/^[A-Za-z_$][\w$]*$/, names[i]) && !ObjectHasOwn(globalThis, names[i])) define(names[i], instance.env[names[i]]);
    }
  }

  return { __proto__: null, handle, prepare };
})();
