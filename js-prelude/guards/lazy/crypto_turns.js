// Whose turn it is: operations of crypto.subtle that helper threads do wait until there is room for them.
//
// crypto.js passes each call with the number of bytes that Rust copies for it, and node/crypto what is slow. Those copies lie outside the
// heap, where no limit sees them, and an operation that has begun cannot be ended. What waits lies in the heap: its bytes are copied there.
//
// Invariant: of one instance, at most RUNNING_MAX operations are under way, and one of them alone may have more bytes than a quarter of
// `memory_mb`.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_memory_bytes } = core.ops;
  const { Promise, PromisePrototypeThen, PromiseResolve } = primordials;

  const RUNNING_MAX = 32;
  let running = 0;
  let runningBytes = 0;
  let first = null;
  let last = null;

  function fits(bytes) {
    return running === 0 || (running < RUNNING_MAX && runningBytes + bytes <= op_skep_memory_bytes() / 4);
  }

  function begin(call, bytes) {
    let made;
    running++;
    runningBytes += bytes;
    const end = () => {
      running--;
      runningBytes -= bytes;
    };
    try {
      made = call();
    } catch (error) {
      end();
      throw error;
    }
    const goOn = () => {
      end();
      beginWaiting();
    };
    PromisePrototypeThen(made, goOn, goOn);
    return made;
  }

  function beginWaiting() {
    while (first !== null && fits(first.bytes)) {
      const { bytes, call, next, reject, resolve } = first;
      first = next;
      if (next === null) last = null;
      try {
        resolve(begin(call, bytes));
      } catch (error) {
        reject(error);
      }
    }
  }

  const same = (value) => value;

  /** Begins `call`, which returns a promise, or lets it wait; `keep` is called before it waits. Returns the promise of its result. */
  function takeTurn(call, bytes, keep) {
    // A promise without handlers: if it rejects and no code catches that, it must show.
    if (first === null && fits(bytes)) return PromisePrototypeThen(begin(call, bytes), same);
    keep();
    return new Promise((resolve, reject) => {
      const waiting = { __proto__: null, bytes, call, next: null, reject, resolve };
      if (last === null) first = waiting;
      else last.next = waiting;
      last = waiting;
    });
  }

  // ---- slow operations ----------------------------------------------------------------------------------------------------

  const nothing = () => {};
  let end = PromiseResolve();

  /** Begins `call`, which may take seconds, after all that were passed before. An instance that ends leaves at most one of them behind. */
  function inTurn(call) {
    const mine = PromisePrototypeThen(end, call);
    end = PromisePrototypeThen(mine, nothing, nothing);
    // As above.
    return PromisePrototypeThen(mine, same);
  }

  return { inTurn, takeTurn };
})();
