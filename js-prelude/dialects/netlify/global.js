// `Netlify`, the global of Netlify's functions: the environment, and the context of the call that runs.
//
// A module asks for it while it loads, before its dialect is known: the global is defined lazily (api/globals.js).
//
// Invariant: what is set is seen in this instance alone, in `process.env` too.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectAssign, ObjectHasOwn, String } = primordials;
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { currentContext } = core.loadExtScript("ext:skep/dialects/netlify/context.js");

  let own = null; // The variables of a function that is not for Node.
  const variables = () => internals.node?.variables ?? (own ??= ObjectAssign({ __proto__: null }, instance.env));

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
