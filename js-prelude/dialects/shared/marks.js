// Marks on functions that a host's module has made: `onRequest` of Firebase, `awslambda.streamifyResponse`.
//
// The modules of dialects mark; dialects/detect.js and the dialects look.
//
// Invariant: a function cannot mark anything by itself.

(function () {
  const { primordials } = __bootstrap;
  const { SafeWeakMap } = primordials;

  const marks = new SafeWeakMap();

  /** Marks a function as one of a dialect; `what` is the dialect's own. Returns the function. */
  function mark(fn, dialect, what) {
    marks.set(fn, { __proto__: null, dialect, what });
    return fn;
  }

  /** `{ dialect, what }`, or undefined. */
  const markOf = (value) => typeof value === "function" ? marks.get(value) : undefined;

  return { __proto__: null, mark, markOf };
})();
