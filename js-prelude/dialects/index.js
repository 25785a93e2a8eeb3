// Which dialect a module is written in: the shape of its handler.
//
// dispatch/boot.js passes the module's default export and the environment; each dialect answers with a handler, or null if the module is
// not written in it. The handler goes to dispatch/index.js, the name to Rust.
//
// Invariant: a dialect is one file, and every handler has one shape: (request, call) => what the function returns.

import { primordials } from "ext:core/mod.js";
import * as deno from "ext:skep/dialects/deno.js";
import * as plain from "ext:skep/dialects/plain.js";
import * as workers from "ext:skep/dialects/workers.js";

const { TypeError } = primordials;

// In the order of precedence: a module that calls Deno.serve may export anything beside it.
const DIALECTS = [
  { __proto__: null, name: "deno", handlerOf: deno.handlerOf },
  { __proto__: null, name: "plain", handlerOf: plain.handlerOf },
  { __proto__: null, name: "workers", handlerOf: workers.handlerOf },
];

/** Finds the handler by what the module exports or registers. Returns the dialect's name and its handler, or throws advice. */
export function detectDialect(exported, env) {
  for (let i = 0; i < DIALECTS.length; i++) {
    const handle = DIALECTS[i].handlerOf(exported, env);
    if (handle !== null) return { __proto__: null, name: DIALECTS[i].name, handle };
  }
  throw new TypeError(
    "no handler found: use `export default (request, ctx) => ...`, `export default { fetch(request, env, ctx) { ... } }` or `Deno.serve(handler)`",
  );
}
