// The plain dialect: `export default (request, ctx) => Response, string or JSON`.
//
// dialects/index.js passes the default export; the handler goes back to it.
//
// Invariant: the exported function is called without a receiver.

/** The handler, or null if the module is not written in this dialect. */
export function handlerOf(exported) {
  return typeof exported === "function" ? (request, call) => exported(request, call.context()) : null;
}
