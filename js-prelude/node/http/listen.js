// `listen` of the servers of `node:http` and `node:https`: it registers the server, and opens no port.
//
// node/built_ins.js calls `install` when either module is loaded. node/http/servers.js keeps what listens.
//
// Invariant: a server that listens looks like one of Node: `listening`, `address()`, the event, `close()`.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypeFindLast, Number, ObjectAssign } = primordials;
  const { closes, listens } = core.loadExtScript("ext:skep/node/http/servers.js");
  const { nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");
  const { ERR_SERVER_ALREADY_LISTEN } = core.loadExtScript("ext:deno_node/internal/errors.ts");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const { uvExceptionWithHostPort } = core.loadExtScript("ext:deno_node/internal/errors.ts");

  /** In the place of the handle of a socket that listens. */
  class ListeningHandle {
    #address;
    #server;
    constructor(server, address) {
      this.#server = server;
      this.#address = address;
    }
    close() {
      closes(this.#server);
    }
    getAsyncId() {
      return -1;
    }
    getsockname(into) {
      ObjectAssign(into, this.#address);
      return 0;
    }
    hasRef() {
      return true;
    }
    ref() {}
    unref() {}
  }

  /** Host and port of the forms of `listen`; null for a path, which no function may listen on. */
  function addressOf(first, second) {
    const options = first !== null && typeof first === "object" ? first : { host: typeof second === "string" ? second : undefined, port: first };
    const port = Number(options.port ?? 0);
    if (options.path !== undefined || !(port >= 0 && port < 65536)) return null;
    const host = `${options.host ?? "0.0.0.0"}`;
    const address = host === "localhost" ? "127.0.0.1" : host;
    return { address, family: address.includes(":") ? "IPv6" : "IPv4", port };
  }

  /** Registers the server in the place of `net.Server#listen`. */
  function listen(...args) {
    if (this._handle) throw new ERR_SERVER_ALREADY_LISTEN();
    const done = ArrayPrototypeFindLast(args, (arg) => typeof arg === "function");
    if (typeof done === "function") this.once("listening", done);
    const address = addressOf(typeof args[0] === "function" ? 0 : args[0], args[1]);
    if (address === null) {
      const path = args[0]?.path ?? args[0];
      nextTick(() => this.emit("error", uvExceptionWithHostPort(codeMap.get("EACCES"), "listen", `${path}`)));
      return this;
    }
    this._handle = new ListeningHandle(this, address);
    nextTick(() => {
      if (!this._handle) return;
      this.emit("listening");
      listens(this, address);
    });
    return this;
  }

  function install(Server) {
    Server.prototype.listen = listen;
  }

  return { __proto__: null, install };
})();
