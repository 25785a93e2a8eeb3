// Which dialect a module is written in: the shape of its handler.
//
// dispatch/boot.js passes the module's default export and the environment; each dialect answers with a handler, or null if the module is
// not written in it. The handler goes to dispatch/index.js, the name to Rust.
//
// Invariant: a dialect is one file, and every handler has one shape: (request, call) => what the function returns. That of `node` alone makes
// its own request and answers by itself.

import { primordials } from "ext:core/mod.js";
import * as deno from "ext:skep/dialects/deno.js";
import * as node from "ext:skep/dialects/node.js";
import * as plain from "ext:skep/dialects/plain.js";
import * as workers from "ext:skep/dialects/workers.js";

const { TypeError } = primordials;

// In the order of precedence: a module that calls Deno.serve may export anything beside it, and an application may be a function.
const DIALECTS = [
  { __proto__: null, name: "deno", handlerOf: deno.handlerOf },
  { __proto__: null, name: "workers", handlerOf: workers.handlerOf },
  { __proto__: null, name: "node", handlerOf: node.handlerOf },
  { __proto__: null, name: "plain", handlerOf: plain.handlerOf },
];

/** Finds the handler by what the module exports or registers. Returns the dialect's name and its handler, or null if there is none. */
export function detectDialect(exported, env) {
  for (let i = 0; i < DIALECTS.length; i++) {
    const handle = DIALECTS[i].handlerOf(exported, env);
    if (handle !== null) return { __proto__: null, name: DIALECTS[i].name, handle };
  }
  return null;
}

/** What a module without a handler is told. */
export function noHandler() {
  return new TypeError(
    "no handler found: use `export default (request, ctx) => ...`, `export default { fetch(request, env, ctx) { ... } }`, `Deno.serve(handler)`, or a server of node:http that listens",
  );
}
