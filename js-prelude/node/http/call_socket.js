// The socket of one call: what a ServerResponse writes to it becomes the answer.
//
// node/http/call.js makes one for each call. The first write begins with the head that `_http_outgoing` of deno_node made; what follows is the
// body. Head and body go to Rust through dispatch/: whole if the body is as long as the head says, else piece by piece.
//
// Invariant: a piece for which Rust has no room holds the writer back.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_reply_empty, op_skep_reply_stream, op_skep_stream_close, op_skep_stream_write } = core.ops;
  const {
    ArrayPrototypePush,
    FunctionPrototypeCall,
    MapPrototypeDelete,
    MathMin,
    PromisePrototypeThen,
    RangeError,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    StringPrototypeToLowerCase,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    Uint8Array,
  } = primordials;
  const { Duplex } = internals.nodeModules.load("ext:deno_node/node:stream");
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { kNeedDrain } = core.loadExtScript("ext:deno_node/internal/http.ts");
  const { clearTimeout, setTimeout } = core.loadExtScript("ext:deno_node/timers.ts");
  const { kLastWriteWasAsync, streamBaseState } = core.loadExtScript("ext:deno_node/internal_binding/stream_wrap.ts");
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { failBadResponse, replyBytes, replyText } = core.loadExtScript("ext:skep/dispatch/respond.js");
  const { PIECE_BYTES, writeLater } = core.loadExtScript("ext:skep/dispatch/stream.js");

  /** Characters of the headers of an answer: dispatch/respond.js. */
  const HEADER_TEXT_MAX = 256 << 10;

  const HIGH_WATER_MARK = 64 << 10;

  /** In the place of a body's length: a stream ends where it ends. */
  const UNKNOWN_LENGTH = -1;

  /** Headers that belong to a connection: the host writes its own. */
  const isHidden = { __proto__: null, connection: true, "keep-alive": true, "transfer-encoding": true };

  /** Names and values in lines, as Rust reads them, and the length of the body if they tell it. */
  function headersOf(head) {
    const lines = StringPrototypeSplit(head, "\r\n");
    let text = "";
    let length = null;
    // The first line is the status; two empty ones are the end.
    for (let i = 1; i < lines.length - 2; i++) {
      const line = lines[i];
      const colon = StringPrototypeIndexOf(line, ": ");
      const name = StringPrototypeToLowerCase(StringPrototypeSlice(line, 0, colon));
      if (isHidden[name]) continue;
      const value = StringPrototypeSlice(line, colon + 2);
      if (name === "content-length") length = value;
      text += `\n${name}\n${value}`;
    }
    if (text.length > HEADER_TEXT_MAX) throw new RangeError("the headers are too large");
    return { __proto__: null, length: length === null ? null : +length, text };
  }

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
    #call;
    #isStreaming = false;
    #timer = null;
    encrypted = false;
    hasBegun = false; // Whether an answer, or a fault, has begun.
    hasLeft = false; // Whether the client has.
    parser = null;
    server;

    constructor(call, server) {
      super({ allowHalfOpen: true, autoDestroy: false, decodeStrings: false, highWaterMark: HIGH_WATER_MARK });
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
        if (chunks === null || chunks.length === 0 || this.hasLeft || !this.#isStreaming) return done?.();
      } catch (error) {
        this.#failed(error);
        return done?.();
      }
      const pieces = [];
      for (let i = 0; i < chunks.length; i++) ArrayPrototypePush(pieces, bytesOf(chunks[i]));
      return this.#send(pieces, 0, 0, done);
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
      return this.#reply(response, text, length, body);
    }

    #reply(response, headers, told, body) {
      const { statusCode } = response;
      // `response.end(all)` notes the length of it; the head tells none, because the host frames the body.
      const length = told ?? response._contentLength;
      if (!response._hasBody || length === 0) {
        op_skep_reply_empty(this.#call.id, statusCode, headers);
        return null;
      }
      if (typeof length === "number" && body.length === 1) {
        const { chunk, encoding } = body[0];
        if (isUtf8(chunk, encoding) && core.byteLength(chunk) === length) {
          replyText(this.#call, statusCode, headers, chunk);
          return null;
        }
        const bytes = bytesOf(body[0]);
        if (TypedArrayPrototypeGetByteLength(bytes) === length) {
          replyBytes(this.#call, statusCode, headers, bytes);
          return null;
        }
        body[0] = { chunk: bytes, encoding: "buffer" };
      }
      op_skep_reply_stream(this.#call.id, statusCode, headers, UNKNOWN_LENGTH);
      this.#isStreaming = true;
      return body;
    }

    /** Sends pieces from `at` of the chunk `index` on. */
    #send(chunks, index, at, done) {
      const { id } = this.#call;
      for (; index < chunks.length; index++, at = 0) {
        const chunk = chunks[index];
        const length = TypedArrayPrototypeGetByteLength(chunk);
        for (; at < length; at += PIECE_BYTES) {
          const size = MathMin(PIECE_BYTES, length - at);
          const piece = new Uint8Array(TypedArrayPrototypeGetBuffer(chunk), TypedArrayPrototypeGetByteOffset(chunk) + at, size);
          if (op_skep_stream_write(id, piece)) continue;
          PromisePrototypeThen(writeLater(id, piece), (isTaken) => {
            if (isTaken) this.#send(chunks, index, at + PIECE_BYTES, done);
            else this.#notRead();
          }, (error) => this.destroy(error));
          return;
        }
      }
      done?.();
    }

    /** The client left, or takes nothing. */
    #notRead() {
      this.#isStreaming = false;
      op_skep_stream_close(this.#call.id, "the answer was not read to its end");
      if (MapPrototypeDelete(pendingCalls, this.#call.id)) this.#call.onLeave();
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
      if (!this.#isStreaming) return;
      this.#isStreaming = false;
      op_skep_stream_close(this.#call.id, "");
    }

    /** Destroyed before the answer was complete, the call fails: a client must not take a part for the whole. */
    _destroy(error, done) {
      clearTimeout(this.#timer);
      const why = error?.message ?? "the function destroyed the connection";
      if (this.#isStreaming) {
        this.#isStreaming = false;
        op_skep_stream_close(this.#call.id, why);
      } else if (!this.hasBegun && !this.hasLeft) {
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

  const isUtf8 = (chunk, encoding) => typeof chunk === "string" && (!encoding || encoding === "utf8" || encoding === "utf-8");

  const bytesOf = ({ chunk, encoding }) =>
    typeof chunk !== "string" ? chunk : isUtf8(chunk, encoding) ? core.encode(chunk) : FunctionPrototypeCall(Buffer.from, Buffer, chunk, encoding);

  return { __proto__: null, CallSocket };
})();
