// The Workers dialect: `export default { fetch(request, env, ctx) }`, or a class with a method `fetch`; `scheduled` may be there beside it
// or alone.
//
// dialects/index.js passes the default export and the environment; the handler goes back to it. Listeners for `fetch` are a lazy script,
// dialects/workers/events.js, as is the module `cloudflare:workers`.
//
// Invariant: `fetch` is read and called as a method of the exported object at every request, so that the object may change it.

import { core, internals, primordials } from "ext:core/mod.js";
import { addressOf, infoOf } from "ext:skep/dialects/deno.js";
import { isClass, sees, takesInfo } from "ext:skep/dialects/shared/sees.js";

const { ReflectApply, ReflectDefineProperty, TypeError } = primordials;

/** What is known of a `fetch`. */
const ASKED = { __proto__: null, fetch: null, takesInfo: false, seesRequest: true, seesContext: true };

const requests = () => core.loadExtScript("ext:skep/dispatch/request.js");

/** The handler of an object with `fetch`. */
function ofObject(exported, env) {
  let known = ASKED;
  const look = (fetch) => known = { __proto__: null, fetch, takesInfo: takesInfo(fetch), seesRequest: sees(fetch, 0), seesContext: sees(fetch, 2) };
  const { makeRequest } = requests();
  const { onListen } = exported;
  if (typeof onListen === "function" && takesInfo(look(exported.fetch).fetch)) exported.onListen(addressOf({}));
  return (call, method, bodyKind) => {
    const { fetch } = exported;
    if (typeof fetch !== "function") return exported.fetch(); // Throws.
    if (fetch !== known.fetch) look(fetch);
    if (!known.seesRequest) return ReflectApply(fetch, exported, []);
    const request = makeRequest(call, method, bodyKind);
    if (known.takesInfo) return ReflectApply(fetch, exported, [request, infoOf(call)]);
    return ReflectApply(fetch, exported, known.seesContext ? [request, env, call.context()] : [request, env]);
  };
}

/** The handler of a class: Workers make an instance of it for each request. */
const ofClass = (exported, env) => (call, method, bodyKind) => new exported(call.context(), env).fetch(requests().makeRequest(call, method, bodyKind));

let hasCf = false;

/** `request.cf`: nothing is known of what Cloudflare's network tells there. */
function defineCf() {
  if (hasCf) return;
  hasCf = true;
  const { RequestPrototype } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const cf = () => ({});
  ReflectDefineProperty(RequestPrototype, "cf", { __proto__: null, get: cf, enumerable: false, configurable: true });
}

/** In the place of `fetch` of a module that only schedules call. */
function noFetch() {
  throw new TypeError("the module exports no fetch(): it is called by schedules alone");
}

/** The handler, or null if the module is not written in this dialect. `listens`: it has added a listener for `fetch`. */
export function handlerOf(exported, env, listens) {
  let handle = null;
  if (listens) handle = core.loadExtScript("ext:skep/dialects/workers/events.js").handle;
  else if (typeof exported === "function") handle = isClass(exported) && typeof exported.prototype?.fetch === "function" ? ofClass(exported, env) : null;
  else if (exported !== null && typeof exported === "object" && typeof exported.fetch === "function") handle = ofObject(exported, env);
  else if (exported !== null && typeof exported === "object" && typeof exported.scheduled === "function") handle = noFetch;
  if (handle !== null) defineCf();
  return handle;
}

/** What `addEventListener("fetch", ...)` of a service worker brings with it: the environment as globals. */
export function prepareEvents() {
  core.loadExtScript("ext:skep/dialects/workers/events.js").prepare(internals.globals.define);
}
