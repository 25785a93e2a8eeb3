// The outcome of one call whose handler may answer in several ways: a promise, a callback, or a member of its context.
//
// lambda/, netlify/ and openfaas/ make one for each call, and hand its two ends to the handler in their own shapes.
//
// Invariant: the first outcome counts, and only that one is told; what comes after it changes nothing.

(function () {
  const { core, primordials } = __bootstrap;
  const { Promise, PromisePrototypeThen, PromiseResolve } = primordials;
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");

  class Outcome {
    #call;
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
      if (this.#begins()) this.#onValue(value);
    }

    fail(error) {
      if (this.#begins()) this.#onError(error);
    }

    /** What the call answers if its handler has ended, and nothing is left that could still answer. */
    whenIdle(answer) {
      this.#call.onIdle = () => {
        if (this.isOver) return false;
        answer();
        return true;
      };
    }

    #begins() {
      if (this.isOver) {
        this.#onRepeat?.();
        return false;
      }
      this.isOver = true;
      this.#resolve();
      return true;
    }

    /** Takes the outcome from a promise. What the promise does after another outcome goes on as background work of the call. */
    follow(promise) {
      let isSettled = false;
      const followed = PromisePrototypeThen(PromiseResolve(promise), (value) => {
        isSettled = true;
        if (!this.isOver) this.succeed(value);
      }, (error) => {
        isSettled = true;
        if (this.isOver) reportError(error);
        else this.fail(error);
      });
      PromisePrototypeThen(this.over, () => {
        if (!isSettled) this.#call.waitUntil(followed);
      });
    }
  }

  return { __proto__: null, Outcome };
})();
