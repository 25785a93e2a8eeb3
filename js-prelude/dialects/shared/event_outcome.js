// The outcome of one call whose handler may answer in several ways: a promise, a callback, or a member of its context.
//
// shared/event_handler.js, netlify/ and openfaas/ make one for each call, and hand its two ends to the handler in their own shapes.
//
// Invariant: the first outcome counts, and only that one is told; what comes after it changes nothing.

(function () {
  const { core, primordials } = __bootstrap;
  const { Promise, PromisePrototypeThen, PromiseResolve } = primordials;
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");

  class Outcome {
    #call;
    #followed = null; // The handler's promise, while nothing has come of it.
    #held = null; // What is told once the handler has returned.
    #isHeld = true;
    #onError;
    #onRepeat;
    #onValue;
    #resolve;
    isOver = false;
    /** Resolves when there is an outcome: the call is open that long. */
    over;

    /** `onRepeat`, if there is one, is told of a second outcome. */
    constructor(call, { onValue, onError, onRepeat = null }) {
      this.#call = call;
      this.#onValue = onValue;
      this.#onError = onError;
      this.#onRepeat = onRepeat;
      this.over = new Promise((resolve) => this.#resolve = resolve);
      // An error that no code caught is the call's own: nobody else would answer it.
      call.onUncaught = (error) => {
        if (this.isOver) return false;
        this.fail(error);
        return true;
      };
    }

    succeed(value) {
      this.#end(() => this.#onValue(value));
    }

    fail(error) {
      this.#end(() => this.#onError(error));
    }

    /** The handler has returned: an outcome that it had by then is told now. */
    release() {
      this.#isHeld = false;
      if (this.#held !== null) this.#tell(this.#held);
    }

    /** What the call answers if its handler has ended, and nothing is left that could still answer. */
    whenIdle(answer) {
      this.#call.onIdle = () => {
        if (this.isOver) return false;
        answer();
        return true;
      };
    }

    #end(tell) {
      if (this.isOver) {
        this.#onRepeat?.();
        return;
      }
      this.isOver = true;
      if (this.#isHeld) this.#held = tell;
      else this.#tell(tell);
    }

    #tell(tell) {
      // Before the answer: with it, a call that does nothing more is over.
      if (this.#followed !== null) this.#call.waitUntil(this.#followed);
      this.#resolve();
      tell();
    }

    /** Takes the outcome from a promise. What the promise does after another outcome goes on as background work of the call. */
    follow(promise) {
      this.#followed = PromisePrototypeThen(PromiseResolve(promise), (value) => {
        this.#followed = null;
        if (!this.isOver) this.succeed(value);
      }, (error) => {
        this.#followed = null;
        if (this.isOver) reportError(error);
        else this.fail(error);
      });
    }
  }

  return { __proto__: null, Outcome };
})();
