// Errors that host calls raise, the description of a thrown value, and the fate of errors and rejections that no code catches.
//
// Rust names an error class; this file maps it to a JavaScript error. deno_core reports what no code catches; this file offers it to
// `onerror` or `onunhandledrejection`, then logs it (op_skep_log). dispatch/ takes its descriptions of thrown values from here.
//
// Invariant: an uncaught error or rejection never ends the instance, and a description is bounded and never throws.

import { core, internals, primordials } from "ext:core/mod.js";
import { op_skep_log } from "ext:core/ops";

const { ArrayPrototypeForEach, Error, ErrorPrototype, ObjectPrototypeIsPrototypeOf, String, StringPrototypeIndexOf, StringPrototypeSlice } = primordials;

const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const event = core.loadExtScript("ext:deno_web/02_event.js");

const LEVEL_ERROR = 3;

/** Characters of a description that cross in a fault: its limit in bytes (DETAIL_BYTES_MAX in runtime/ops/answer.rs). */
const DETAIL_MAX = 64 << 10;
/** Characters that cross to the log: its limit in bytes (LINE_BYTES_MAX in runtime/ops/log.rs), and one more, which shows it the cut. */
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

/** The stack of an error, or the inspected value. Getters of the function run here and may throw. */
function inspect(error) {
  if (ObjectPrototypeIsPrototypeOf(ErrorPrototype, error)) {
    const stack = error.stack;
    return typeof stack === "string" ? stack : String(error);
  }
  return internals.inspect(error);
}

/** The description of any thrown value, cut to `most` characters. Never throws, whatever the value's getters do. */
export function describe(error, most = DETAIL_MAX) {
  try {
    return StringPrototypeSlice(inspect(error), 0, most);
  } catch {
    return "an error that cannot be described";
  }
}

/** The first line of a description. */
export function firstLine(description) {
  const end = StringPrototypeIndexOf(description, "\n");
  return end === -1 ? description : StringPrototypeSlice(description, 0, end);
}

/** Logs an error that nobody caught. A call that a server of Node has to answer, and that nobody would answer now, fails with it. */
function logUncaught(prefix, error) {
  if (core.getAsyncContext()?.call?.onUncaught?.(error)) return;
  op_skep_log(core.getAsyncContext()?.id ?? 0, LEVEL_ERROR, `${prefix}${describe(error, LINE_MAX)}\n`);
}

// 02_event.js of deno_web calls these two when a listener throws or a function calls `reportError`: `src/build.rs` puts them in the place
// of deno_core's own, which copy every property of the error and end the isolate if no handler prevents that.
internals.destructureError = (error) => ({ __proto__: null, exceptionMessage: `Uncaught ${firstLine(describe(error, LINE_MAX))}`, frames: [] });
internals.reportUncaught = (error) => logUncaught("Uncaught ", error);

// https://html.spec.whatwg.org/#runtime-script-errors
let reporting = false;
const reportException = (error) => {
  if (!reporting && internals.node?.onUncaught?.(error, "uncaughtException")) return;
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
};
core.setReportExceptionCallback(reportException);
internals.reportException = reportException;

// https://html.spec.whatwg.org/#unhandled-promise-rejections
const reportUnhandled = (promise, reason) => {
  try {
    if (internals.node?.onUnhandled?.(reason, promise)) return;
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
};
const reportHandled = (promise, reason) => {
  try {
    globalThis.dispatchEvent(new event.PromiseRejectionEvent("rejectionhandled", { promise, reason }));
  } catch (inner) {
    logUncaught("Uncaught ", inner);
  }
};

/** A report in the async context of the rejection. */
const inContext = (report) => (promise, reason, context) => {
  const before = core.getAsyncContext();
  core.setAsyncContext(context);
  try {
    report(promise, reason);
  } finally {
    core.setAsyncContext(before);
  }
};
// Rust calls them (runtime/isolate/rejections.rs).
internals.rejections = { __proto__: null, unhandled: inContext(reportUnhandled), handled: inContext(reportHandled) };
