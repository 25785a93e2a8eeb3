// The variables that Lambda's runtime has: a handler reads them from `process.env`.
//
// lambda/index.js sets them; for a function whose dialect is known before it loads, dialects/detect.js sets them before.
//
// Invariant: a variable that the function has is left as it is.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ObjectHasOwn, ObjectKeys, StringPrototypeLastIndexOf, StringPrototypeSlice } = primordials;
  const { REGION } = core.loadExtScript("ext:skep/dialects/shared/event_context.js");

  /** Sets them for the instance. Node is there. */
  function setEnvironment({ function: name, version, folder, file, handler, limits }, exportName) {
    const dot = StringPrototypeLastIndexOf(file, ".");
    const wanted = {
      __proto__: null,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${limits.memoryMb}`,
      AWS_REGION: REGION,
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: handler ?? `${dot === -1 ? file : StringPrototypeSlice(file, 0, dot)}.${exportName}`,
      TZ: ":UTC",
    };
    const { variables } = internals.node;
    const names = ObjectKeys(wanted);
    for (let i = 0; i < names.length; i++) if (!ObjectHasOwn(variables, names[i])) variables[names[i]] = wanted[names[i]];
  }

  /** Before the module loads, where its dialect is known by then. */
  function prepare(settings) {
    internals.requireNode();
    setEnvironment(settings, "handler");
  }

  return { __proto__: null, prepare, setEnvironment };
})();
