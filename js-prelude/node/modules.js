// The registry of Node's internal modules: what stands for the ES modules among deno_node's files.
//
// `src/polyfills/script.rs` makes scripts of those modules; each registers its exports here before it loads others, so that modules which
// import each other in a circle find what the other one exports so far. node/built_ins.js loads this file first.
//
// Invariant: a module is evaluated once. A load that throws, as at the end of the stack, leaves nothing half made behind: what it began is
// evaluated anew.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_node_script } = core.ops;
  const {
    ArrayPrototypePush, MapPrototypeDelete, MapPrototypeGet, MapPrototypeSet, ObjectCreate, ObjectDefineProperties, ObjectGetOwnPropertyDescriptors, SafeMap,
  } = primordials;

  const begun = new SafeMap(); // Specifier to exports, from the beginning of the evaluation.
  const scripts = new SafeMap(); // Specifier to what the script returns.
  let depth = 0; // Scripts that are being evaluated, each for the one before.
  let unfinished = []; // What the outermost of them has begun, and those for it.

  /** Forgets what a load has begun that threw: modules that import each other would find it half made. */
  function forgetUnfinished() {
    for (let i = 0; i < unfinished.length; i++) {
      MapPrototypeDelete(begun, unfinished[i]);
      MapPrototypeDelete(scripts, unfinished[i]);
    }
    unfinished = [];
  }

  /** Registers the exports of a module: an object of getters. */
  function begin(specifier, getters) {
    const exports = ObjectDefineProperties(ObjectCreate(null), ObjectGetOwnPropertyDescriptors(getters));
    MapPrototypeSet(begun, specifier, exports);
    return exports;
  }

  /** The exports of a module, or of a script that stands for one. */
  function load(specifier) {
    if (depth === 0 && unfinished.length > 0) forgetUnfinished();
    return MapPrototypeGet(begun, specifier) ?? script(specifier);
  }

  /** What a script returns: it is evaluated once, and its compiled code is kept when it has run. */
  function script(specifier) {
    if (depth === 0 && unfinished.length > 0) forgetUnfinished();
    const known = MapPrototypeGet(scripts, specifier);
    if (known !== undefined) return known;
    ArrayPrototypePush(unfinished, specifier);
    depth++;
    try {
      const returned = op_skep_node_script(specifier)(__bootstrap);
      MapPrototypeSet(scripts, specifier, returned);
      if (depth === 1) unfinished = [];
      return returned;
    } finally {
      depth--;
    }
  }

  /** As deno_core's `createLazyLoader`. */
  const lazy = (specifier) => () => load(specifier);

  internals.nodeModules = { __proto__: null, begin, lazy, load, script };
  return internals.nodeModules;
})();
