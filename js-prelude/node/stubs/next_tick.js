// Stands for deno_node's `_process/process.ts`, of which `events` takes `nextTick`; node/process.js, which is an emitter itself, has the rest.
(function () {
  const { nextTick } = __bootstrap.core.loadExtScript("ext:deno_node/_next_tick.ts");
  return { __proto__: null, nextTick };
})();
