// Stands for deno_node's `inspector_network_bridge.js`: nothing inspects the requests of a function.
(function () {
  return { __proto__: null };
})();
