// The variables that kubeless's runtime sets for a function: `FUNC_HANDLER`, `FUNC_TIMEOUT`, `FUNC_RUNTIME`, `FUNC_MEMORY_LIMIT`, `MOD_NAME`.
//
// dialects/detect.js asks before the module runs, where function.toml names the dialect; kubeless/index.js does where it was found later.
//
// Invariant: what [env] of function.toml says stays.

(function () {
  const { internals, primordials } = __bootstrap;
  const { MathCeil, StringPrototypeLastIndexOf, StringPrototypeSlice } = primordials;

  /** Seconds that a call may take. */
  const timeoutOf = ({ limits }) => MathCeil(limits.wallMs / 1000);

  /** `name`: the export that is called, once it is known. */
  function install(settings, name = "default") {
    internals.requireNode();
    const { file, handler, limits } = settings;
    const dot = handler === null ? -1 : StringPrototypeLastIndexOf(handler, ".");
    const set = {
      __proto__: null,
      FUNC_HANDLER: handler === null ? name : StringPrototypeSlice(handler, dot + 1),
      FUNC_MEMORY_LIMIT: `${limits.memoryMb}Mi`,
      FUNC_RUNTIME: "nodejs",
      FUNC_TIMEOUT: `${timeoutOf(settings)}`,
      MOD_NAME: StringPrototypeSlice(file, 0, StringPrototypeLastIndexOf(file, ".")),
    };
    const { variables } = internals.node;
    // Before the module had run, the export was not known.
    if (handler === null && settings.env.FUNC_HANDLER === undefined) variables.FUNC_HANDLER = name;
    for (const key in set) variables[key] ??= set[key];
  }

  return { __proto__: null, install, timeoutOf };
})();
