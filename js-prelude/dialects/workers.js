// The Workers dialect: `export default { fetch(request, env, ctx) }`.
//
// dialects/index.js passes the default export and the environment; the handler goes back to it.
//
// Invariant: `fetch` is read and called as a method of the exported object at every request, so that the object may change it.

/** The handler, or null if the module is not written in this dialect. */
export function handlerOf(exported, env) {
  if (exported === null || typeof exported !== "object" || typeof exported.fetch !== "function") return null;
  return (request, call) => exported.fetch(request, env, call.context());
}
