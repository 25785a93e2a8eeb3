// Stands for deno_node's `_fs/_fs_glob.ts`: `path.matchesGlob` asks it, and would need a parser of patterns that no limit interrupts.
(function () {
  const { refused } = __bootstrap.core.loadExtScript("ext:skep/node/refused.js");
  const refuse = refused("path.matchesGlob()", "install `picomatch` or `minimatch`");
  return { __proto__: null, glob: refuse, globPromise: refuse, globSync: refuse, matchGlobPattern: refuse };
})();
