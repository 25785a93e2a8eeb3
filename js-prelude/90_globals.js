// The global object of a function: the only writer of globalThis.
//
// Runs while the snapshot is made and leaves one function behind, `globalThis.__skep_bootstrap`, which Rust calls once in every new isolate. That
// call takes away everything of the host's (`Deno`, `__bootstrap`, itself) and hands Rust the dispatch functions.
// The list is the WinterTC minimum common API (ECMA-429) plus WebSocket and EventSource; deviations stand in README.md.

import { core, internals, primordials } from "ext:core/mod.js";
import { op_skep_log } from "ext:core/ops";
import { currentCall } from "ext:skep/12_trace.js";
import { describe } from "ext:skep/10_errors.js";
import { descriptorOf, install, installDisguise, nativeText, refuse } from "ext:skep/20_guard_core.js";
import { installProxyGuard } from "ext:skep/20_guard_proxy.js";
import { installArrayGuards } from "ext:skep/25_guard_array.js";
import { installTextGuards } from "ext:skep/25_guard_text.js";
import { installBufferGuard } from "ext:skep/26_guard_buffer.js";
import { guardedTimers, guardMessages, limitedStream } from "ext:skep/27_guard_limits.js";
import { installSymbolGuard } from "ext:skep/41_guard_symbols.js";
import { installLocaleGuards } from "ext:skep/42_guard_locales.js";
import "ext:skep/30_egress.js"; // for 01_websocket.js, which is loaded later

const { ObjectDefineProperty, ObjectDefineProperties, ObjectFreeze, ObjectKeys, ReflectDeleteProperty, StringPrototypeSlice, SymbolToStringTag, TypeError } = primordials;

const script = (name) => () => core.loadExtScript(name);
const module = (name) => core.createLazyLoader(name);

const abort = script("ext:deno_web/03_abort_signal.js");
const base64 = script("ext:deno_web/05_base64.js");
const compression = script("ext:skep/43_guard_compression.js");
let guardedCrypto = null;
const crypto = () => guardedCrypto ??= core.loadExtScript("ext:skep/40_guard_crypto.js").guardCrypto(core.loadExtScript("ext:deno_crypto/00_crypto.js"));
const encoding = script("ext:deno_web/08_text_encoding.js");
const eventSource = script("ext:deno_fetch/27_eventsource.js");
const events = script("ext:deno_web/02_event.js");
const exception = script("ext:deno_web/01_dom_exception.js");
const fetching = script("ext:deno_fetch/26_fetch.js");
const file = script("ext:deno_web/09_file.js");
const formData = script("ext:deno_fetch/21_formdata.js");
const headers = script("ext:deno_fetch/20_headers.js");
let guardedMessages = null;
const messages = () => guardedMessages ??= guardMessages(core.loadExtScript("ext:deno_web/13_message_port.js"));
const performance = script("ext:deno_web/15_performance.js");
const requests = script("ext:deno_fetch/23_request.js");
const responses = script("ext:deno_fetch/23_response.js");
const streams = script("ext:deno_web/06_streams.js");
const timers = script("ext:deno_web/02_timers.js");
const url = script("ext:deno_web/00_url.js");
const urlPattern = script("ext:deno_web/01_urlpattern.js");
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");
const websocket = module("ext:deno_websocket/01_websocket.js");

// What every function touches is evaluated while the snapshot is made; the rest waits for its first use.
for (const load of [events, exception, abort, timers, url, headers, streams, requests, responses, encoding, base64]) load();

const INTERFACES = [
  [abort, ["AbortController", "AbortSignal"]],
  [compression, ["CompressionStream", "DecompressionStream"]],
  [crypto, ["Crypto", "CryptoKey", "SubtleCrypto"]],
  [encoding, ["TextDecoder", "TextDecoderStream", "TextEncoder", "TextEncoderStream"]],
  [eventSource, ["EventSource"]],
  [events, [
    "CloseEvent",
    "CustomEvent",
    "ErrorEvent",
    "Event",
    "EventTarget",
    "MessageEvent",
    "ProgressEvent",
    "PromiseRejectionEvent",
  ]],
  [exception, ["DOMException", "QuotaExceededError"]],
  [file, ["Blob", "File"]],
  [formData, ["FormData"]],
  [headers, ["Headers"]],
  [messages, ["MessagePort"]],
  [performance, ["Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure"]],
  [requests, ["Request"]],
  [responses, ["Response"]],
  [streams, [
    "ByteLengthQueuingStrategy",
    "CountQueuingStrategy",
    "ReadableByteStreamController",
    "ReadableStream",
    "ReadableStreamBYOBReader",
    "ReadableStreamBYOBRequest",
    "ReadableStreamDefaultController",
    "ReadableStreamDefaultReader",
    "TransformStream",
    "TransformStreamDefaultController",
    "WritableStream",
    "WritableStreamDefaultController",
    "WritableStreamDefaultWriter",
  ]],
  [url, ["URL", "URLSearchParams"]],
  [urlPattern, ["URLPattern"]],
  [websocket, ["WebSocket"]],
];

/** Characters of a console line that cross to the host: its limit in bytes (runtime/ops/log.rs), and one. */
const LINE_MAX = (10 << 10) + 1;

/** An accessor that becomes a plain data property at its first use, so that later uses cost nothing. */
function defineLazily(name, load, enumerable) {
  const settle = (value) => {
    ObjectDefineProperty(globalThis, name, { __proto__: null, value, writable: true, enumerable, configurable: true });
    return value;
  };
  ObjectDefineProperty(globalThis, name, {
    __proto__: null,
    get: () => settle(load()),
    set: settle,
    enumerable,
    configurable: true,
  });
}

const baked = new Set([abort, encoding, events, exception, headers, requests, responses, streams, url]);
for (const { 0: load, 1: names } of INTERFACES) {
  for (const name of names) {
    if (baked.has(load)) {
      ObjectDefineProperty(globalThis, name, core.propNonEnumerable(load()[name]));
    } else {
      defineLazily(name, () => load()[name], false);
    }
  }
}

// Guards against built-ins that abort the process or cannot be interrupted: README.md, "Guards".
installDisguise();
installArrayGuards();
installTextGuards();
installSymbolGuard();
installLocaleGuards();
const timerGuards = guardedTimers();
core.defineGlobalProperties(globalThis, {
  ArrayBuffer: core.propNonEnumerable(installBufferGuard()),
  Proxy: core.propNonEnumerable(installProxyGuard()),
});
internals.guards = { __proto__: null, descriptorOf, install, limitedStream, nativeText, refuse };

core.defineGlobalProperties(globalThis, {
  self: core.propGetterOnly(() => globalThis),
  atob: core.propWritable(base64().atob),
  btoa: core.propWritable(base64().btoa),
  clearInterval: core.propWritable(timerGuards.clearInterval),
  clearTimeout: core.propWritable(timerGuards.clearTimeout),
  setInterval: core.propWritable(timerGuards.setInterval),
  setTimeout: core.propWritable(timerGuards.setTimeout),
  reportError: core.propWritable(events().reportError),
  [webidl.brand]: core.propNonEnumerable(webidl.brand),
});
defineLazily("MessageChannel", () => messages().MessageChannel, false);
defineLazily("fetch", () => fetching().fetch, true);
defineLazily("structuredClone", () => messages().structuredClone, true);
defineLazily("performance", () => {
  performance().setTimeOrigin();
  return performance().performance;
}, true);
defineLazily("crypto", () => crypto().crypto, true);

class Navigator {
  constructor() {
    webidl.illegalConstructor();
  }
  get userAgent() {
    webidl.assertBranded(this, Navigator.prototype);
    return "Skep";
  }
}
const navigator = webidl.createBranded(Navigator);
ObjectDefineProperty(Navigator.prototype, SymbolToStringTag, { __proto__: null, value: "Navigator", configurable: true });
core.defineGlobalProperties(globalThis, {
  Navigator: core.propNonEnumerable(Navigator),
  navigator: core.propGetterOnly(() => navigator),
});

Object.setPrototypeOf(globalThis, events().EventTarget.prototype);
events().saveGlobalThisReference(globalThis);
events().defineEventHandler(globalThis, "error");
events().defineEventHandler(globalThis, "unhandledrejection");
events().defineEventHandler(globalThis, "rejectionhandled");

internals.describe = describe;
internals.currentCall = currentCall;

/** `Deno` as far as functions written for Deno Deploy or Supabase need it; nothing of the host's. */
function denoNamespace(dispatch) {
  const unsupported = (name) => () => {
    throw new TypeError(`Deno.env.${name} is not supported: set [env] in function.toml`);
  };
  return ObjectFreeze({
    __proto__: null,
    serve: dispatch.serve,
    env: ObjectFreeze({
      __proto__: null,
      get: (key) => dispatch.env()[key],
      has: (key) => dispatch.env()[key] !== undefined,
      toObject: () => ({ ...dispatch.env() }),
      set: unsupported("set"),
      delete: unsupported("delete"),
    }),
  });
}

// Called once by Rust, outside the snapshot. Returns the functions that `runtime::isolate` calls.
globalThis.__skep_bootstrap = () => {
  ReflectDeleteProperty(globalThis, "__skep_bootstrap");
  ReflectDeleteProperty(globalThis, "__bootstrap");
  ReflectDeleteProperty(globalThis, "bootstrap");
  ReflectDeleteProperty(globalThis, "Deno");

  // V8 puts these in after the snapshot. Memory that two threads share is a clock; `waitAsync` keeps what it waits for outside the limit.
  ReflectDeleteProperty(globalThis, "SharedArrayBuffer");
  ReflectDeleteProperty(Atomics, "waitAsync");

  events().setEventTargetData(globalThis);
  // The console holds a native object, which no snapshot can carry.
  defineLazily("console", () => {
    const { Console, setNoColorFns } = core.loadExtScript("ext:deno_web/01_console.js");
    setNoColorFns(() => true, () => true);
    // One character beyond what the host keeps, so that it sees that there was more.
    return new Console((text, level) => op_skep_log(currentCall()?.id ?? 0, level, text.length > LINE_MAX ? StringPrototypeSlice(text, 0, LINE_MAX) : text));
  }, false);
  internals.inspect = (value) => core.loadExtScript("ext:deno_web/01_console.js").inspect(value);

  // Without it, WebAssembly.compileStreaming would panic in the host.
  core.setWasmStreamingCallback((source, rid) => fetching().handleWasmStreaming(core.loadExtScript("ext:skep/28_guard_wasm.js").limitBody(source), rid));
  const webAssembly = WebAssembly;
  defineLazily("WebAssembly", () => core.loadExtScript("ext:skep/28_guard_wasm.js").guardWebAssembly(webAssembly), false);

  const dispatch = core.loadExtScript("ext:skep/99_dispatch.js");
  ObjectDefineProperties(globalThis, {
    Deno: { __proto__: null, value: denoNamespace(dispatch), writable: true, enumerable: false, configurable: true },
    EdgeRuntime: {
      __proto__: null,
      value: ObjectFreeze({ __proto__: null, waitUntil: (promise) => dispatch.waitUntil(promise) }),
      writable: true,
      enumerable: false,
      configurable: true,
    },
  });
  dispatch.warm();
  return [dispatch.assign, dispatch.load, dispatch.dispatch, dispatch.abort];
};
