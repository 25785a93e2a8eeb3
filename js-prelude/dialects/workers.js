// The Workers dialect: `export default { fetch(request, env, ctx) }`, with `scheduled(controller, env, ctx)` beside it or alone.
//
// dialects/index.js passes the default export and the environment; the handler goes back to it.
//
// Invariant: `fetch` is read and called as a method of the exported object at every request, so that the object may change it.

import { primordials } from "ext:core/mod.js";

const { TypeError } = primordials;

/** In the place of `fetch` of a module that only schedules call. */
function noFetch() {
  throw new TypeError("the module exports no fetch(): it is called by schedules alone");
}

/** The handler, or null if the module is not written in this dialect. */
export function handlerOf(exported, env) {
  if (exported === null || typeof exported !== "object") return null;
  if (typeof exported.fetch !== "function") return typeof exported.scheduled === "function" ? noFetch : null;
  return (request, call) => exported.fetch(request, env, call.context());
}
