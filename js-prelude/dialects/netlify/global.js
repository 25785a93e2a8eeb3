// `Netlify`, the global of Netlify's functions: the environment, and the context of the call that runs.
//
// A module asks for it while it loads, before its dialect is known: api/globals.js defines it lazily.
//
// Invariant: what is set is seen in this instance alone, in `process.env` too.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectHasOwn, String } = primordials;
  const { currentContext } = core.loadExtScript("ext:skep/dialects/netlify/context.js");

  /** Those of `process.env`: a function of Netlify is one for Node, whatever its module names. */
  function variables() {
    internals.requireNode();
    return internals.node.variables;
  }

  const env = {
    delete(key) {
      delete variables()[key];
    },
    get: (key) => ObjectHasOwn(variables(), key) ? variables()[key] : undefined,
    has: (key) => ObjectHasOwn(variables(), key),
    set(key, value) {
      variables()[`${key}`] = String(value);
    },
    toObject: () => ({ ...variables() }),
  };

  return {
    env,
    get context() {
      return currentContext();
    },
  };
})();
