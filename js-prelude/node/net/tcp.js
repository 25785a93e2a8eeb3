// Stands for deno_node's `internal_binding/tcp_wrap.ts`: a socket as a plain object over the number of a resource.
//
// `net` of deno_node makes one for each connection and calls it as it calls Node's own handle. `src/runtime/ops/node/sockets.rs` connects;
// deno_core's ops read and write.
//
// Invariant: what is reachable from `socket._handle` is JavaScript, and no number leads to a resource that is no socket.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_connect, op_skep_socket_no_delay } = core.ops;
  const {
    ArrayPrototypePush,
    ObjectAssign,
    Promise,
    PromisePrototypeThen,
    StringPrototypeIncludes,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    Uint8Array,
  } = primordials;
  const { AsyncWrap, providerType } = core.loadExtScript("ext:deno_node/internal_binding/async_wrap.ts");
  const { HandleWrap } = core.loadExtScript("ext:skep/node/handles.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const { kArrayBufferOffset, kBytesWritten, kLastWriteWasAsync, kReadBytesOrError, streamBaseState } = core.loadExtScript(
    "ext:deno_node/internal_binding/stream_wrap.ts",
  );
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");

  const EOF = codeMap.get("EOF");
  const EACCES = codeMap.get("EACCES");
  const ENOTCONN = codeMap.get("ENOTCONN");

  /** Bytes that are read at once. */
  const CHUNK_BYTES = 64 * 1024;

  /** The code and the reason of an error of Rust: `ECONNREFUSED Connection refused`. */
  function parts(error) {
    const message = `${error?.message ?? error}`;
    const end = StringPrototypeIndexOf(message, " ");
    const code = end === -1 ? message : StringPrototypeSlice(message, 0, end);
    return codeMap.has(code)
      ? { __proto__: null, code: codeMap.get(code), reason: StringPrototypeSlice(message, end + 1) }
      : { __proto__: null, code: codeMap.get("ECONNRESET"), reason: message };
  }

  /**
   * Runs what a socket delivers in the context of the code that opened it, as Node does; but a call that is over has no part in it: a
   * connection in a pool outlives the call that made it.
   */
  function inContext(context, deliver) {
    const before = core.getAsyncContext();
    core.setAsyncContext(internals.trace.openContext(context));
    try {
      deliver();
    } finally {
      core.setAsyncContext(before);
    }
  }

  class TCPConnectWrap extends AsyncWrap {
    constructor() {
      super(providerType.TCPCONNECTWRAP);
    }
  }

  class TCP extends HandleWrap {
    #context = core.getAsyncContext();
    #ends = null; // What `op_skep_connect` returned.
    #isClosed = false;
    #isReferenced = true;
    #isReading = false; // Whether a read waits for bytes.
    #lookedUp = null; // What a look-up of `dns` found for this socket.
    #rid = -1;
    #pendingRead = null;
    #written = null; // The end of what is written so far.
    bytesRead = 0;
    bytesWritten = 0;
    isStreamBase = true;
    onread = null;
    reading = false;

    constructor() {
      super(providerType.TCPWRAP);
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
        const { code, reason } = parts(error);
        request.reason = reason;
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

    readStart() {
      this.reading = true;
      if (this.#rid !== -1 && !this.#isReading) this.#read();
      return 0;
    }

    readStop() {
      this.reading = false;
      return 0;
    }

    /** Reads one chunk after the other, as long as the reader wants more. */
    #read() {
      this.#isReading = true;
      const chunk = new Uint8Array(CHUNK_BYTES);
      const pending = core.read(this.#rid, chunk);
      this.#pendingRead = pending;
      if (!this.#isReferenced) core.unrefOpPromise(pending);
      PromisePrototypeThen(pending, (count) => this.#deliver(count === 0 ? EOF : count, chunk), (error) => this.#deliver(parts(error).code));
    }

    #deliver(count, chunk) {
      this.#isReading = false;
      this.#pendingRead = null;
      if (this.#isClosed) return;
      if (count > 0) this.bytesRead += count;
      else this.reading = false;
      inContext(this.#context, () => {
        streamBaseState[kReadBytesOrError] = count;
        streamBaseState[kArrayBufferOffset] = 0;
        this.onread?.(count > 0 ? TypedArrayPrototypeGetBuffer(chunk) : undefined, count);
      });
      if (this.reading && !this.#isReading && !this.#isClosed) this.#read();
    }

    /** Writes after what is written already. */
    #write(request, bytes) {
      if (this.#isClosed || this.#rid === -1) return ENOTCONN;
      const length = TypedArrayPrototypeGetByteLength(bytes);
      this.bytesWritten += length;
      streamBaseState[kBytesWritten] = length;
      streamBaseState[kLastWriteWasAsync] = 1;
      this.#after(request, () => core.writeAll(this.#rid, bytes));
      return 0;
    }

    /** Does `work` after what is written, and tells the request how it went. */
    #after(request, work) {
      const context = core.getAsyncContext();
      const finish = (status) => inContext(context, () => request.oncomplete(status, this, undefined));
      const turn = () => {
        if (this.#isClosed) return finish(codeMap.get("ECANCELED"));
        return PromisePrototypeThen(work(), () => finish(0), (error) => finish(parts(error).code));
      };
      this.#written = this.#written === null ? new Promise((resolve) => resolve(turn())) : PromisePrototypeThen(this.#written, turn, turn);
    }

    writeBuffer(request, bytes) {
      return this.#write(request, bytes);
    }

    writeUtf8String(request, text) {
      return this.#write(request, Buffer.from(text, "utf8"));
    }

    writeAsciiString(request, text) {
      return this.#write(request, Buffer.from(text, "latin1"));
    }

    writeLatin1String(request, text) {
      return this.#write(request, Buffer.from(text, "latin1"));
    }

    writeUcs2String(request, text) {
      return this.#write(request, Buffer.from(text, "utf16le"));
    }

    /** `chunks` are buffers, or each a text or buffer and its encoding. */
    writev(request, chunks, areBuffers) {
      const list = [];
      for (let i = 0; i < chunks.length; i += areBuffers ? 1 : 2) {
        const chunk = chunks[i];
        ArrayPrototypePush(list, typeof chunk === "string" ? Buffer.from(chunk, chunks[i + 1]) : chunk);
      }
      return this.#write(request, Buffer.concat(list));
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
      this.#isReferenced = true;
      if (this.#pendingRead !== null) core.refOpPromise(this.#pendingRead);
    }

    unref() {
      this.#isReferenced = false;
      if (this.#pendingRead !== null) core.unrefOpPromise(this.#pendingRead);
    }

    hasRef() {
      return this.#isReferenced && !this.#isClosed;
    }
  }

  const endOf = (address, port) => ({ address, family: StringPrototypeIncludes(address, ":") ? "IPv6" : "IPv4", port });

  const constants = { SOCKET: 0, SERVER: 1, UV_TCP_IPV6ONLY: 1, UV_TCP_REUSEPORT: 4 };
  const socketType = { SOCKET: 0, SERVER: 1 };
  const all = { constants, setupListenWrap() {}, socketType, TCP, TCPConnectWrap };
  return { __proto__: null, ...all, default: all };
})();
