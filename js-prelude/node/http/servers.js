// The servers of a function: what listens, and what is called for a call. Nothing is opened: the host has the ports.
//
// dialects/node.js asks for the handler once the module is evaluated; node/http/listen.js registers servers of `node:http` and `node:https`.
//
// Invariant: a function has one server.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayPrototypeFilter, ArrayPrototypePush, ArrayPrototypeSome, Promise, TypeError } = primordials;

  let servers = []; // Those that listen, and where.
  let notify = null; // Tells that one does.

  /** Of several servers that have one port at different addresses, as Fastify makes for `localhost`, the first one answers. */
  function listens(server, { address, port }) {
    const isFirst = (other) => other.server === server || (port !== 0 && other.port === port && other.address !== address);
    if (!ArrayPrototypeSome(servers, isFirst)) ArrayPrototypePush(servers, { __proto__: null, server, address, port });
    notify?.();
  }

  function closes(server) {
    servers = ArrayPrototypeFilter(servers, (other) => other.server !== server);
  }

  /** Resolves as soon as a server listens. */
  const listening = () => new Promise((resolve) => {
    if (servers.length > 0) resolve();
    else notify = resolve;
  });

  /** The server that answers: the application that the module exports, or what listens; null if there is neither. */
  function serverOf(exported) {
    const application = applicationOf(exported);
    if (application !== null) return application;
    if (servers.length > 1) throw new TypeError("the module listens on two servers: a function has one");
    return servers.length === 1 ? servers[0].server : null;
  }

  /** A server for an application that is exported; null if none is. */
  function applicationOf(exported) {
    if (exported === null || (typeof exported !== "object" && typeof exported !== "function")) return null;
    const isFunction = typeof exported === "function";
    // Express and connect: the application is the listener.
    if (isFunction && typeof exported.handle === "function") return http().createServer(exported);
    if (isFunction) return null;
    // Koa.
    if (typeof exported.callback === "function" && typeof exported.use === "function") return http().createServer(exported.callback());
    // Fastify: its routes are there when it is ready.
    if (typeof exported.routing === "function" && typeof exported.ready === "function") return fastifyServer(exported);
    // A server that does not listen.
    return exported instanceof http().Server ? exported : null;
  }

  function fastifyServer(application) {
    const ready = application.ready();
    return http().createServer(async (request, response) => {
      await ready;
      application.routing(request, response);
    });
  }

  const http = () => internals.nodeBuiltIn("http");

  /** Answers the calls of the function: `(call, method, bodyKind)`; null if the function has no server. */
  function handlerOf(exported) {
    const server = serverOf(exported);
    if (server === null) return null;
    const { begin } = core.loadExtScript("ext:skep/node/http/call.js");
    return (call, method, bodyKind) => begin(server, call, method, bodyKind);
  }

  return { __proto__: null, closes, handlerOf, listening, listens };
})();
