// Stands for deno_node's `internal_binding/tcp_wrap.ts`: a socket as a plain object over the number of a resource.
//
// `net` of deno_node makes one for each connection and calls it as it calls Node's own handle. `src/runtime/ops/node/sockets.rs` connects;
// deno_core's ops read (node/net/chunks.js) and write.
//
// Invariant: what is reachable from `socket._handle` is JavaScript, and no number leads to a resource that is no socket.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_connect, op_skep_socket_no_delay } = core.ops;
  const { ObjectAssign, Promise, PromisePrototypeThen, StringPrototypeIncludes, TypedArrayPrototypeGetBuffer } = primordials;
  const { AsyncWrap, providerType } = core.loadExtScript("ext:deno_node/internal_binding/async_wrap.ts");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const { Chunks } = core.loadExtScript("ext:skep/node/net/chunks.js");
  const { inContext, outcomeOf } = core.loadExtScript("ext:skep/node/net/outcome.js");
  const { noteRead, noteWritten, StreamHandle } = core.loadExtScript("ext:skep/node/net/stream_handle.js");

  const EACCES = codeMap.get("EACCES");
  const EMFILE = codeMap.get("EMFILE");
  const ENOTCONN = codeMap.get("ENOTCONN");

  class TCPConnectWrap extends AsyncWrap {
    constructor() {
      super(providerType.TCPCONNECTWRAP);
    }
  }

  class TCP extends StreamHandle {
    #chunks = new Chunks();
    #context = core.getAsyncContext();
    #ends = null; // What `op_skep_connect` returned.
    #isClosed = false;
    #lookedUp = null; // What a look-up of `dns` found for this socket.
    #rid = -1;
    #written = null; // The end of what is written so far.

    constructor() {
      super(providerType.TCPWRAP, (request, bytes) => this.#write(request, bytes));
    }

    /** The name that the built-in look-up found the address under: `[net]` names hosts. */
    setNetPermToken(token) {
      this.#lookedUp = token;
    }

    connect(request, address, port) {
      const host = this.#lookedUp?.host ?? address;
      const call = internals.trace.currentCall()?.id ?? 0;
      this.#context = core.getAsyncContext();
      PromisePrototypeThen(op_skep_connect(call, `${host}`, `${address}`, port), (ends) => {
        if (this.#isClosed) {
          core.tryClose(ends.rid);
          return;
        }
        this.#ends = ends;
        this.#rid = ends.rid;
        inContext(this.#context, () => request.oncomplete(0, this, request, true, true));
        if (this.reading) this.#read();
      }, (error) => {
        if (this.#isClosed) return;
        const { code, reason } = outcomeOf(error);
        // The rest of Node's codes say all by themselves.
        if (code === EACCES || code === EMFILE) request.reason = reason;
        inContext(this.#context, () => request.oncomplete(code, this, request, false, false));
      });
      return 0;
    }

    connect6(request, address, port) {
      return this.connect(request, address, port);
    }

    bind() {
      return EACCES;
    }

    bind6() {
      return EACCES;
    }

    bindWithFlags() {
      return EACCES;
    }

    listen() {
      return EACCES;
    }

    open() {
      return EACCES;
    }

    getpeername(into) {
      if (this.#ends === null) return ENOTCONN;
      ObjectAssign(into, endOf(this.#ends.remoteAddress, this.#ends.remotePort));
      return 0;
    }

    getsockname(into) {
      if (this.#ends === null) return ENOTCONN;
      ObjectAssign(into, endOf(this.#ends.localAddress, this.#ends.localPort));
      return 0;
    }

    setNoDelay(isOn) {
      if (this.#rid !== -1) op_skep_socket_no_delay(this.#rid, isOn !== false);
      return 0;
    }

    setKeepAlive() {
      return 0;
    }

    setBlocking() {
      return 0;
    }

    getBytesRead() {
      return this.bytesRead;
    }

    getBytesWritten() {
      return this.bytesWritten;
    }

    useUserBuffer(buffer) {
      this.#chunks.useUserBuffer(buffer);
      return 0;
    }

    readStart() {
      this.reading = true;
      if (this.#rid !== -1 && !this.#chunks.isWaiting) this.#read();
      return 0;
    }

    readStop() {
      this.reading = false;
      return 0;
    }

    /** Reads one chunk after the other, as long as the reader wants more. */
    #read() {
      this.#chunks.read(this.#rid, (count, chunk) => this.#deliver(count, chunk));
    }

    #deliver(count, chunk) {
      if (this.#isClosed) return;
      if (count > 0) {
        this.bytesRead += count;
        this.#chunks.hand(chunk, count);
      } else {
        this.reading = false;
      }
      inContext(this.#context, () => {
        noteRead(count);
        this.onread?.(count > 0 ? TypedArrayPrototypeGetBuffer(chunk) : undefined, count);
      });
      if (this.reading && !this.#chunks.isWaiting && !this.#isClosed) this.#read();
    }

    /** Writes after what is written already. */
    #write(request, bytes) {
      if (this.#isClosed || this.#rid === -1) return ENOTCONN;
      noteWritten(this, bytes);
      this.#after(request, () => core.writeAll(this.#rid, bytes));
      return 0;
    }

    /** Does `work` after what is written, and tells the request how it went. */
    #after(request, work) {
      const context = core.getAsyncContext();
      const finish = (status) => inContext(context, () => request.oncomplete(status, this, undefined));
      const turn = () => {
        if (this.#isClosed) return finish(codeMap.get("ECANCELED"));
        return PromisePrototypeThen(work(), () => finish(0), (error) => finish(outcomeOf(error).code));
      };
      this.#written = this.#written === null ? new Promise((resolve) => resolve(turn())) : PromisePrototypeThen(this.#written, turn, turn);
    }

    shutdown(request) {
      if (this.#isClosed || this.#rid === -1) return ENOTCONN;
      this.#after(request, () => core.shutdown(this.#rid));
      return 0;
    }

    close(done) {
      if (!this.#isClosed) {
        this.#isClosed = true;
        this.reading = false;
        if (this.#rid !== -1) core.tryClose(this.#rid);
        this.#rid = -1;
      }
      super.close(done);
    }

    reset(done) {
      this.close(done);
      return 0;
    }

    ref() {
      this.#chunks.ref();
    }

    unref() {
      this.#chunks.unref();
    }

    hasRef() {
      return this.#chunks.isReferenced && !this.#isClosed;
    }
  }

  const endOf = (address, port) => ({ address, family: StringPrototypeIncludes(address, ":") ? "IPv6" : "IPv4", port });

  const constants = { SOCKET: 0, SERVER: 1, UV_TCP_IPV6ONLY: 1, UV_TCP_REUSEPORT: 4 };
  const socketType = { SOCKET: 0, SERVER: 1 };
  const all = { constants, setupListenWrap() {}, socketType, TCP, TCPConnectWrap };
  return { __proto__: null, ...all, default: all };
})();
