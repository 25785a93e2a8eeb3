// Marks of functions that a wrapper of a platform made: they tell the dialect, whatever the export is called.
//
// lambda/globals.js and netlify/module.js mark; dialects/detect.js asks `markOf`, netlify/index.js what else was noted.
//
// Invariant: a mark is not a property: no copy of a function has it by accident, and no function of a tenant can be asked for it.

(function () {
  const { primordials } = __bootstrap;
  const { SafeWeakMap } = primordials;

  const marks = new SafeWeakMap();

  /** Notes for a function its dialect, and `about`, an object of what the wrapper was told. A second mark adds to the first. */
  function mark(fn, dialect, about = {}) {
    marks.set(fn, { __proto__: null, dialect, about: { __proto__: null, ...marks.get(fn)?.about, ...about } });
  }

  /** The dialect that a function is marked with, or "". */
  const markOf = (fn) => isMarkable(fn) ? marks.get(fn)?.dialect ?? "" : "";

  /** What was noted of a function, or null. */
  const notedOf = (fn) => isMarkable(fn) ? marks.get(fn)?.about ?? null : null;

  const isMarkable = (fn) => typeof fn === "function" || (typeof fn === "object" && fn !== null);

  return { __proto__: null, mark, markOf, notedOf };
})();
