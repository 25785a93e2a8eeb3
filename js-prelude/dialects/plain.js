// The plain dialect: `export default (request, ctx) => Response, string or JSON`.
//
// dialects/index.js passes the default export; the handler goes back to it.
//
// Invariant: the exported function is called without a receiver.

import { core, primordials } from "ext:core/mod.js";
import { isClass, sees } from "ext:skep/dialects/shared/sees.js";

const { TypeError } = primordials;

/** The handler, or null if the module is not written in this dialect. */
export function handlerOf(exported) {
  if (typeof exported !== "function") return null;
  // One with `fetch` is a Worker.
  if (isClass(exported)) throw new TypeError(`the default export is the class ${exported.name}, which has no method fetch(request)`);
  if (!sees(exported, 0)) return () => exported();
  const { makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  return sees(exported, 1)
    ? (call, method, bodyKind) => exported(makeRequest(call, method, bodyKind), call.context())
    : (call, method, bodyKind) => exported(makeRequest(call, method, bodyKind));
}
