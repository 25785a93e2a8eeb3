// The global object of a function: the only writer of globalThis.
//
// Runs while the build script makes the snapshot and leaves one function behind, `globalThis.__skep_bootstrap`, which Rust calls once in
// every new isolate. That call removes everything that is not the function's (deno_core's `Deno`, `__bootstrap`, itself) and returns the
// functions of dispatch/ to Rust. The list is the WinterTC minimum common API (ECMA-429), WebSocket and EventSource (README.md).
//
// Invariant: no other file writes globalThis, and a function gets neither `core` nor `internals` nor an op from it.

import { core, internals, primordials } from "ext:core/mod.js";
import { op_set_wasm_streaming_callback } from "ext:core/ops";
import { describe, firstLine } from "ext:skep/core/errors.js";
import { currentCall } from "ext:skep/core/trace.js";
import { callSites } from "ext:skep/core/call_sites.js";
import { descriptorOf, install, installDisguise, nativeText, refuse, viewOf } from "ext:skep/guards/core.js";
import { installProxyGuard } from "ext:skep/guards/proxy.js";
import { installArrayGuards } from "ext:skep/guards/array/guard.js";
import { installJsonGuard, parseJson } from "ext:skep/guards/json.js";
import { installTextGuards } from "ext:skep/guards/text.js";
import { installBufferGuard } from "ext:skep/guards/buffer.js";
import { guardedTimers } from "ext:skep/guards/timers.js";
import { clone, deserialize, serialize } from "ext:skep/guards/clone.js";
import { countedBytes, countedMessage, guardMessages } from "ext:skep/guards/messages.js";
import { limitedStream } from "ext:skep/guards/streams.js";
import { installSymbolGuard } from "ext:skep/guards/symbols.js";
import { installLocaleGuards } from "ext:skep/guards/locales.js";
import { denoNamespace, edgeRuntimeNamespace, USER_AGENT } from "ext:skep/dialects/deno.js";
import { closeRegistrations, detectDialect, isServed, noticingListeners, ofTheWeb, register, registered, watchFinished } from "ext:skep/dialects/index.js";
import { completeRequests } from "ext:skep/api/request_members.js";
import { op_ws_create } from "ext:skep/api/egress.js";

const { ObjectDefineProperty, ReflectDeleteProperty, SymbolToStringTag } = primordials;

const script = (name) => () => core.loadExtScript(name);

const abort = script("ext:deno_web/03_abort_signal.js");
const base64 = script("ext:deno_web/05_base64.js");
const compression = script("ext:skep/guards/lazy/compression.js");
let guardedCrypto = null;
const crypto = () => guardedCrypto ??= core.loadExtScript("ext:skep/guards/lazy/crypto.js").guardCrypto(core.loadExtScript("ext:deno_crypto/00_crypto.js"));
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
const websocket = script("ext:deno_websocket/01_websocket.js");

// The files that every function touches are evaluated into the snapshot; the others wait for their first use.
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

function defineGlobal(name, value, enumerable = false, isFixed = false) {
  ObjectDefineProperty(globalThis, name, { __proto__: null, value, writable: !isFixed, enumerable, configurable: !isFixed });
}

/** An accessor that becomes a plain data property at its first use, so that later uses cost nothing. */
function defineLazily(name, load, enumerable) {
  const replace = (value) => {
    defineGlobal(name, value, enumerable);
    return value;
  };
  ObjectDefineProperty(globalThis, name, {
    __proto__: null,
    get: () => replace(load()),
    set: replace,
    enumerable,
    configurable: true,
  });
}

// The classes that are in the snapshot.
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

completeRequests(requests().Request.prototype);

// Guards against built-ins that abort the process or cannot be interrupted: README.md, "Guards".
installDisguise();
installArrayGuards();
installTextGuards();
installJsonGuard();
installSymbolGuard();
installLocaleGuards();
const timerGuards = guardedTimers();
core.defineGlobalProperties(globalThis, {
  ArrayBuffer: core.propNonEnumerable(installBufferGuard()),
  Proxy: core.propNonEnumerable(installProxyGuard()),
});

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
    // Adapters of frameworks look here for a host whose environment they know how to read: `Deno.env`, or Node's `process.env`.
    return internals.node === undefined ? USER_AGENT : "Skep";
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
events().setEventTargetData(globalThis);
events().defineEventHandler(globalThis, "error");
events().defineEventHandler(globalThis, "unhandledrejection");
events().defineEventHandler(globalThis, "rejectionhandled");
// An own property: `EventTarget.prototype` serves all targets.
defineGlobal("addEventListener", noticingListeners(events().EventTarget.prototype.addEventListener));

// For the lazy scripts, which cannot import.
internals.guards = { __proto__: null, descriptorOf, install, limitedStream, nativeText, refuse, viewOf };
internals.clone = { __proto__: null, clone, deserialize, serialize };
internals.countedBytes = countedBytes;
internals.countedMessage = countedMessage;
internals.parseJson = parseJson;
internals.errors = { __proto__: null, describe, firstLine };
internals.dialects = { __proto__: null, closeRegistrations, detectDialect, isServed, ofTheWeb, register, registered, watchFinished };
internals.currentCall = currentCall;
internals.globals = { __proto__: null, define: defineGlobal, defineLazily }; // For node/index.js.
internals.egress = { __proto__: null, op_ws_create };

// The console holds a native object, which no snapshot can carry.
defineLazily("console", () => core.loadExtScript("ext:skep/api/console.js").createConsole(currentCall), false);
internals.inspect = (value) => core.loadExtScript("ext:deno_web/01_console.js").inspect(value);
defineLazily("Supabase", () => core.loadExtScript("ext:skep/dialects/deno/supabase.js"), false);
// What handlers of other hosts find global: each is loaded by who looks at it.
for (const { 0: name, 1: dialect } of [["awslambda", "lambda"], ["Netlify", "netlify"]]) {
  defineLazily(name, () => core.loadExtScript(`ext:skep/dialects/${dialect}/global.js`), false);
}

// dispatch/ takes what stands above from `internals`.
const { entry, env, warm } = core.loadExtScript("ext:skep/dispatch/index.js");
const functions = { __proto__: null, ...internals.rejections, callSites, ...entry };
defineGlobal("EdgeRuntime", edgeRuntimeNamespace());
const deno = denoNamespace(env); // deno_core still needs its own.
warm();

// Rust calls it once, outside the snapshot, and takes the functions by name (`runtime::isolate`). In parentheses V8 compiles it now.
globalThis.__skep_bootstrap = (function () {
  // V8 adds the last after the snapshot. Memory that two threads share is a clock; `waitAsync` keeps its waiters outside `memory_mb`.
  for (const name of ["__skep_bootstrap", "__bootstrap", "bootstrap", "Deno", "SharedArrayBuffer"]) ReflectDeleteProperty(globalThis, name);
  ReflectDeleteProperty(Atomics, "waitAsync");

  // Without it, V8's own WebAssembly.compileStreaming would panic in Rust. The guard replaces that, so nothing calls this.
  op_set_wasm_streaming_callback(() => {});
  const webAssembly = WebAssembly;
  defineLazily("WebAssembly", () => core.loadExtScript("ext:skep/guards/lazy/wasm.js").guardWebAssembly(webAssembly), false);

  defineGlobal("Deno", deno);
  return functions;
});
