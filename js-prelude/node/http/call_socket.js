// The socket of one call: what a ServerResponse writes to it becomes the answer.
//
// node/http/call.js makes one for each call. The first write begins with the head that `_http_outgoing` of deno_node made
// (node/http/answer_head.js); what follows is the body (node/http/answer_body.js).
//
// Invariant: a call is answered, or fails, once.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayPrototypePush, MapPrototypeDelete, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeStartsWith } = primordials;
  const { Duplex } = internals.nodeModules.load("ext:deno_node/node:stream");
  const { kNeedDrain } = core.loadExtScript("ext:deno_node/internal/http.ts");
  const { clearTimeout, setTimeout } = core.loadExtScript("ext:deno_node/timers.ts");
  const { kLastWriteWasAsync, streamBaseState } = core.loadExtScript("ext:deno_node/internal_binding/stream_wrap.ts");
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { failBadResponse } = core.loadExtScript("ext:skep/dispatch/respond.js");
  const { AnswerBody } = core.loadExtScript("ext:skep/node/http/answer_body.js");
  const { headersOf } = core.loadExtScript("ext:skep/node/http/answer_head.js");

  const HIGH_WATER_MARK = 64 << 10;

  /** What `_http_outgoing` writes a short answer to, past the stream: `response.end(text)` with all of its body. */
  class CallHandle {
    #socket;
    isStreamBase = true;
    constructor(socket) {
      this.#socket = socket;
    }
    getAsyncId() {
      return -1;
    }
    writeLatin1String(_request, data) {
      return this.#write(data, "latin1");
    }
    writeUtf8String(_request, data) {
      return this.#write(data, "utf8");
    }
    #write(data, encoding) {
      streamBaseState[kLastWriteWasAsync] = 0;
      this.#socket.take([{ chunk: data, encoding }], null);
      return 0;
    }
  }

  class CallSocket extends Duplex {
    #body;
    #call;
    #timer = null;
    encrypted = false;
    hasBegun = false; // Whether an answer, or a fault, has begun.
    hasLeft = false; // Whether the client has.
    parser = null;
    server;

    constructor(call, server) {
      super({ allowHalfOpen: true, autoDestroy: false, decodeStrings: false, highWaterMark: HIGH_WATER_MARK });
      this.#body = new AnswerBody(call, (error) => this.destroy(error));
      this.#call = call;
      this.server = server;
      this._handle = new CallHandle(this);
      this.on("drain", drain);
    }

    get remoteAddress() {
      return this.#call.remoteAddress()?.hostname;
    }
    get remoteFamily() {
      return this.remoteAddress === undefined ? undefined : StringPrototypeIndexOf(this.remoteAddress, ":") === -1 ? "IPv4" : "IPv6";
    }
    get remotePort() {
      return this.#call.remoteAddress()?.port;
    }
    get localAddress() {
      return "127.0.0.1";
    }
    get localPort() {
      return this.server.address()?.port ?? 80;
    }
    get readyState() {
      return this.destroyed ? "closed" : "open";
    }
    get connecting() {
      return false;
    }
    address() {
      return { address: this.localAddress, family: "IPv4", port: this.localPort };
    }
    destroySoon() {
      if (this.writable) this.end();
      if (this.writableFinished) this.destroy();
      else this.once("finish", this.destroy);
    }
    ref() {
      return this;
    }
    setKeepAlive() {
      return this;
    }
    setNoDelay() {
      return this;
    }
    unref() {
      return this;
    }

    /** As Node's server: who waits for the time to pass decides, and without one the socket is destroyed. */
    setTimeout(milliseconds, callback) {
      if (callback !== undefined) this.once("timeout", callback);
      clearTimeout(this.#timer);
      this.#timer = milliseconds > 0 ? setTimeout(() => this.#onTimeout(), milliseconds).unref() : null;
      this.timeout = milliseconds;
      return this;
    }

    #onTimeout() {
      const isHeard = this.emit("timeout");
      const response = this._httpMessage;
      const isHeardByResponse = response?.emit("timeout", this);
      if (!isHeard && !isHeardByResponse && !response?.req.emit("timeout", this) && !this.server.emit("timeout", this)) this.destroy();
    }

    _read() {}

    _write(chunk, encoding, done) {
      this.take([{ chunk, encoding }], done);
    }

    _writev(chunks, done) {
      this.take(chunks, done);
    }

    /** Takes what is written; `done` is called when there is room for more. */
    take(chunks, done) {
      try {
        if (!this.hasBegun) chunks = this.#withoutHead(chunks);
        if (chunks === null || chunks.length === 0 || this.hasLeft || !this.#body.isStreaming) return done?.();
      } catch (error) {
        this.#failed(error);
        return done?.();
      }
      return this.#body.send(chunks, done);
    }

    /** Begins the answer with the head; what is left of the chunks is a body that streams. Null if there is no head yet. */
    #withoutHead(chunks) {
      const response = this._httpMessage;
      const head = response?._header;
      const first = chunks[0].chunk;
      // What comes before the head are answers that inform (100, 103): the host has its own.
      if (!head || typeof first !== "string" || !StringPrototypeStartsWith(first, head)) return null;
      this.hasBegun = true;
      const { length, text } = headersOf(head);
      const rest = StringPrototypeSlice(first, head.length);
      const body = [];
      if (rest !== "") ArrayPrototypePush(body, { chunk: rest, encoding: chunks[0].encoding });
      for (let i = 1; i < chunks.length; i++) if (chunks[i].chunk.length > 0) ArrayPrototypePush(body, chunks[i]);
      return this.#body.begin(response, text, length, body);
    }

    #failed(error) {
      this.hasBegun = true;
      MapPrototypeDelete(pendingCalls, this.#call.id);
      failBadResponse(this.#call, `cannot send the answer: ${error?.message}`);
      this.destroy();
    }

    /** The response has ended. */
    completeAnswer() {
      clearTimeout(this.#timer);
      this.#body.end("");
    }

    /** Destroyed before the answer was complete, the call fails: a client must not take a part for the whole. */
    _destroy(error, done) {
      clearTimeout(this.#timer);
      const why = error?.message ?? "the function destroyed the connection";
      if (!this.#body.end(why) && !this.hasBegun && !this.hasLeft) {
        this.hasBegun = true;
        failBadResponse(this.#call, why);
      }
      MapPrototypeDelete(pendingCalls, this.#call.id);
      done(error);
    }
  }

  /** There is room again: the response is told, as Node's server does. */
  function drain() {
    const response = this._httpMessage;
    if (!response || response.finished || !response[kNeedDrain]) return;
    response[kNeedDrain] = false;
    response.emit("drain");
  }

  return { __proto__: null, CallSocket };
})();
