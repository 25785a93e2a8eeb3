// The Node dialect: an application that is exported (Express, Koa, connect, Fastify), or a server of `node:http` that listens.
//
// dialects/index.js passes the default export. node/http/server.js, which only functions for Node load, knows the servers and answers.
//
// Invariant: a function that is not for Node never has this dialect.

import { core, internals } from "ext:core/mod.js";

/** Takes `(call, method, bodyKind)` and answers by itself; null if the module is not written in this dialect. */
export function handlerOf(exported) {
  return internals.node === undefined ? null : core.loadExtScript("ext:skep/node/http/servers.js").handlerOf(exported);
}
