// Which dialect a module is written in: the shape of its handler.
//
// dispatch/boot.js passes what the module exports. The dialects of the web are here; dialects/detect.js, a lazy script, finds every other
// one. The handler goes to dispatch/index.js, the name to Rust.
//
// Invariant: a function that is written in a dialect of the web, and shows no sign of another one, loads no code of another one. A handler is
// `(call, method, bodyKind) => what the function returns`, or it answers by itself. One of the web makes the request, if it is seen.

import { core, internals, primordials } from "ext:core/mod.js";
import * as deno from "ext:skep/dialects/deno.js";
import * as plain from "ext:skep/dialects/plain.js";
import * as workers from "ext:skep/dialects/workers.js";

const { ArrayPrototypeIncludes, ArrayPrototypePush, FunctionPrototypeToString, ObjectKeys, ReflectApply, RegExpPrototypeTest, TypeError } = primordials;

/** Every dialect: `Dialect` of function/dialect.rs. */
export const NAMES = [
  "azure", "deno", "firebase", "fission", "gcf", "kubeless", "lambda", "netlify", "node", "openfaas", "parse", "plain", "vercel", "workers",
];

/** Exports that are no handler of another dialect. */
const OF_THE_HOST = ["default", "check", "module.exports", "__esModule"];

/** A function that takes nothing, or a request and whatever is not the mark of another dialect: that is asked of dialects/detect.js. */
const ORDINARY = /^(?:async\s*)?(?:function\b[^(]*)?(?:\(\s*(?:(?:_*(?:request|req|r))\s*(?:,\s*(?:_*(?:ctx|context|env|c|info|conn|connection)|\{[^{}()]*\}|_)\s*)?)?\)|(?:_*(?:request|req|r)|_)\s*=>)/;

/** What the module registers, by dialect. */
const registrations = { __proto__: null };
let hasLoaded = false;

/** Notes what a module registers while it loads: a function of Parse, a route of Azure. */
export function register(dialect, what) {
  if (hasLoaded) throw new TypeError(`${dialect}: handlers can only be registered while the module loads`);
  ArrayPrototypePush(registrations[dialect] ??= [], what);
}

/** What was registered in a dialect. */
export const registered = (dialect) => registrations[dialect] ?? [];

/** The module has loaded: what it registers from now on comes too late. In parentheses V8 compiles it into the snapshot. */
export const closeRegistrations = (function () {
  hasLoaded = true;
  deno.close();
});

/** `addEventListener` of the global object, made of that of all targets: a listener for `fetch` makes a module a service worker of Cloudflare. */
export function noticingListeners(addListener) {
  return function addEventListener(type, listener, options = undefined) {
    const target = this ?? globalThis;
    if (type === "fetch" && target === globalThis && listener !== null && listener !== undefined) {
      register("workers", "fetch");
      workers.prepareEvents();
    }
    return ReflectApply(addListener, target, [type, listener, options]);
  };
}

export const { isRegistered: isServed, watchFinished } = deno;

/** Whether nothing that the module has points to a dialect that is not of the web. */
function showsNoOther(namespace, exported) {
  if (internals.node !== undefined || ObjectKeys(registrations).length > 0) return false;
  const names = ObjectKeys(namespace);
  for (let i = 0; i < names.length; i++) if (!ArrayPrototypeIncludes(OF_THE_HOST, names[i])) return false;
  return typeof exported !== "function" || RegExpPrototypeTest(ORDINARY, FunctionPrototypeToString(exported));
}

/**
 * Finds the handler by what the module exports or registers: the dialect's name, its handler, whether that answers by itself, and how it
 * was found. Null if there is none yet, and a server may begin to listen. Throws the reason if there
 * will be none. `isOver`: nothing is left that could begin to listen.
 */
export function detectDialect(namespace, exported, instance, isOver) {
  if (!instance.hasSettings && showsNoOther(namespace, exported)) {
    const found = ofTheWeb(exported, instance.env, null);
    if (found !== null) return found;
  }
  return core.loadExtScript("ext:skep/dialects/detect.js").detect(namespace, exported, instance, isOver);
}

const web = (name, handle, from) => ({ __proto__: null, name, handle, answersItself: false, from });

/** The handler of a dialect of the web, or of that which is `wanted`; null if the module is written in none. */
export function ofTheWeb(exported, env, wanted) {
  let handle;
  if ((wanted === null || wanted === "deno") && (handle = deno.handlerOf(exported)) !== null) return web("deno", handle, "Deno.serve");
  if ((wanted === null || wanted === "workers") && (handle = workers.handlerOf(exported, env, registered("workers").length > 0)) !== null) {
    return web("workers", handle, registered("workers").length > 0 ? "its listener for fetch" : "fetch of the default export");
  }
  if ((wanted === null || wanted === "plain") && (handle = plain.handlerOf(exported)) !== null) return web("plain", handle, "the default export");
  return null;
}
