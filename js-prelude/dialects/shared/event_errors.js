// The log line of an error of a handler, with the members that Lambda's has: `errorType`, `errorMessage`, `trace`.
//
// shared/event_handler.js writes one for each call that fails, openfaas/index.js warns with it; it goes to the function's log (op_skep_log).
//
// Invariant: it is one line, and nothing that an error's getters do keeps it from being written.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_log } = core.ops;
  const { ErrorPrototype, JSONStringify, ObjectPrototypeIsPrototypeOf, String, StringPrototypeSlice, StringPrototypeSplit } = primordials;
  const { describe } = internals.errors;

  const LEVEL_WARN = 2;
  const LEVEL_ERROR = 3;
  const TEXT_MAX = 8 << 10;

  function formOf(error) {
    if (ObjectPrototypeIsPrototypeOf(ErrorPrototype, error)) {
      const trace = StringPrototypeSplit(StringPrototypeSlice(describe(error), 0, TEXT_MAX), "\n");
      return { errorType: String(error.name), errorMessage: StringPrototypeSlice(String(error.message), 0, TEXT_MAX), trace };
    }
    const message = typeof error === "string" ? error : describe(error);
    return { errorType: typeof error, errorMessage: StringPrototypeSlice(message, 0, TEXT_MAX), trace: [] };
  }

  function logError(call, error) {
    let line;
    try {
      line = JSONStringify(formOf(error));
    } catch {
      line = '{"errorType":"handled","errorMessage":"an error that cannot be described","trace":[]}';
    }
    op_skep_log(call.id, LEVEL_ERROR, `Invoke Error\t${line}\n`);
  }

  /** A line of the log that the host adds to the function's. */
  const warn = (call, text) => op_skep_log(call.id, LEVEL_WARN, `${text}\n`);

  /** An error that the function handled, as `console.error` shows it. */
  const logText = (call, error) => op_skep_log(call.id, LEVEL_ERROR, `${StringPrototypeSlice(describe(error), 0, TEXT_MAX)}\n`);

  return { __proto__: null, logError, logText, warn };
})();
