// Stands for deno_node's `cluster.ts`, which `net` asks whether this process is a worker of a cluster. It is not.
(function () {
  const { modules } = __bootstrap.core.loadExtScript("ext:skep/node/refused.js");
  const cluster = modules.cluster();
  return { __proto__: null, default: cluster };
})();
