// Stands for deno_node's `internal_binding/node_file.ts`: no descriptor of a function is written to.
(function () {
  const { refused } = __bootstrap.core.loadExtScript("ext:skep/node/refused.js");
  return { __proto__: null, writeBuffer: refused("Writing to a descriptor", "a function's files are read-only") };
})();
