// Errors that host calls raise, and what happens to errors nobody caught.
//
// Rust names an error class; this file says which JavaScript error that is. An uncaught error or rejection never ends the instance: it is
// offered to `onerror` / `onunhandledrejection`, then logged.

import { core, internals, primordials } from "ext:core/mod.js";
import { op_skep_log } from "ext:core/ops";

const { ArrayPrototypeForEach, Error, ErrorPrototype, ObjectPrototypeIsPrototypeOf, String, StringPrototypeIndexOf, StringPrototypeSlice } = primordials;

const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const event = core.loadExtScript("ext:deno_web/02_event.js");

const LEVEL_ERROR = 3;

/** Characters that cross to the log: its limit in bytes (runtime/ops/log.rs), and one, so that it sees that there was more. */
const LINE_MAX = (10 << 10) + 1;

// Names as in deno_core's ops; see https://webidl.spec.whatwg.org/#idl-DOMException-error-names.
ArrayPrototypeForEach([
  ["DOMExceptionOperationError", "OperationError"],
  ["DOMExceptionQuotaExceededError", "QuotaExceededError"],
  ["DOMExceptionNotSupportedError", "NotSupportedError"],
  ["DOMExceptionNetworkError", "NetworkError"],
  ["DOMExceptionAbortError", "AbortError"],
  ["DOMExceptionInvalidCharacterError", "InvalidCharacterError"],
  ["DOMExceptionInvalidStateError", "InvalidStateError"],
  ["DOMExceptionDataError", "DataError"],
  ["DOMExceptionDataCloneError", "DataCloneError"],
  ["DOMExceptionInvalidAccessError", "InvalidAccessError"],
  ["DOMExceptionSyntaxError", "SyntaxError"],
  ["DOMExceptionTimeoutError", "TimeoutError"],
], ({ 0: className, 1: name }) => {
  core.registerErrorBuilder(className, (message) => new DOMException(message, name));
});

ArrayPrototypeForEach([
  "NotFound",
  "PermissionDenied",
  "ConnectionRefused",
  "ConnectionReset",
  "ConnectionAborted",
  "NotConnected",
  "AddrInUse",
  "AddrNotAvailable",
  "BrokenPipe",
  "InvalidData",
  "TimedOut",
  "WriteZero",
  "UnexpectedEof",
  "Http",
  "Busy",
  "NotSupported",
], (name) => {
  core.registerErrorBuilder(name, (message) => {
    const error = new Error(message);
    error.name = name;
    return error;
  });
});

/** The text of any thrown value; user getters may run here, so callers stand in a `try`. */
export function describe(error) {
  if (ObjectPrototypeIsPrototypeOf(ErrorPrototype, error)) {
    const stack = error.stack;
    return typeof stack === "string" ? stack : String(error);
  }
  return internals.inspect(error);
}

function logUncaught(prefix, error) {
  op_skep_log(core.getAsyncContext()?.id ?? 0, LEVEL_ERROR, `${prefix}${textOf(error)}\n`);
}

function firstLine(text) {
  const end = StringPrototypeIndexOf(text, "\n");
  return end === -1 ? text : StringPrototypeSlice(text, 0, end);
}

/** The text of an error, cut to what is kept of it, whatever its getters do. */
function textOf(error) {
  try {
    return StringPrototypeSlice(describe(error), 0, LINE_MAX);
  } catch {
    return "an error that cannot be described";
  }
}

// What 02_event.js of deno_web asks when a listener throws, or `reportError` is called (`src/build.rs` sees to that). The engine's own answers copy
// all that is in an error, and end the isolate for one that nobody handles.
internals.destructureError = (error) => ({ __proto__: null, exceptionMessage: `Uncaught ${firstLine(textOf(error))}`, frames: [] });
internals.reportUncaught = (error) => logUncaught("Uncaught ", error);

// https://html.spec.whatwg.org/#runtime-script-errors
let reporting = false;
core.setReportExceptionCallback((error) => {
  if (reporting) return logUncaught("Uncaught ", error);
  reporting = true;
  try {
    const notPrevented = globalThis.dispatchEvent(
      new event.ErrorEvent("error", { cancelable: true, message: internals.destructureError(error).exceptionMessage, error }),
    );
    if (notPrevented) logUncaught("Uncaught ", error);
  } catch (inner) {
    logUncaught("Uncaught ", inner);
  } finally {
    reporting = false;
  }
});

// https://html.spec.whatwg.org/#unhandled-promise-rejections
core.setUnhandledPromiseRejectionHandler((promise, reason) => {
  try {
    const rejection = new event.PromiseRejectionEvent("unhandledrejection", {
      cancelable: true,
      promise,
      reason,
    });
    globalThis.dispatchEvent(rejection);
    if (!rejection.defaultPrevented) logUncaught("Uncaught (in promise) ", reason);
  } catch (inner) {
    logUncaught("Uncaught ", inner);
  }
  return true; // Handled: otherwise deno_core terminates the isolate and every request in it.
});
core.setHandledPromiseRejectionHandler((promise, reason) => {
  try {
    globalThis.dispatchEvent(new event.PromiseRejectionEvent("rejectionhandled", { promise, reason }));
  } catch (inner) {
    logUncaught("Uncaught ", inner);
  }
});
