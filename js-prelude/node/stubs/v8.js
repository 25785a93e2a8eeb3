// Stands for `node:v8` of deno_node, of which `util` takes `queryObjects`.
(function () {
  const { refused } = __bootstrap.core.loadExtScript("ext:skep/node/refused.js");
  return { __proto__: null, queryObjects: refused("util.queryObjects()", "the operator takes heap snapshots") };
})();
