// The registry of Node's internal modules: what stands for the ES modules among deno_node's files.
//
// `src/polyfills/script.rs` makes scripts of those modules; each registers its exports here before it loads others, so that modules which
// import each other in a circle find what the other one exports so far. node/built_ins.js loads this file first.
//
// Invariant: a module is evaluated once.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_node_script } = core.ops;
  const { MapPrototypeGet, MapPrototypeSet, ObjectCreate, ObjectDefineProperties, ObjectGetOwnPropertyDescriptors, SafeMap } = primordials;

  const begun = new SafeMap(); // Specifier to exports, from the beginning of the evaluation.

  /** Registers the exports of a module: an object of getters. */
  function begin(specifier, getters) {
    const exports = ObjectDefineProperties(ObjectCreate(null), ObjectGetOwnPropertyDescriptors(getters));
    MapPrototypeSet(begun, specifier, exports);
    return exports;
  }

  /** The exports of a module, or of a script that stands for one. */
  function load(specifier) {
    return MapPrototypeGet(begun, specifier) ?? script(specifier);
  }

  const scripts = new SafeMap(); // Specifier to what the script returns.

  /** What a script returns: it is evaluated once, and its compiled code is kept when it has run. */
  function script(specifier) {
    const known = MapPrototypeGet(scripts, specifier);
    if (known !== undefined) return known;
    const returned = op_skep_node_script(specifier)(__bootstrap);
    MapPrototypeSet(scripts, specifier, returned);
    return returned;
  }

  /** As deno_core's `createLazyLoader`. */
  const lazy = (specifier) => () => load(specifier);

  internals.nodeModules = { __proto__: null, begin, lazy, load, script };
  return internals.nodeModules;
})();
