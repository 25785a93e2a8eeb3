// Reads HTTP/1 messages, one after the other, from the bytes of a connection.
//
// node/http/parser.js gives the bytes, and its hooks are told what they say. `parser_head.js` reads the lines; here is what is expected
// next, and bodies are cut. Order, codes and results are those of llhttp in Node.
//
// Invariant: a body is handed on without being copied, and no hook is given the reader: it may use it again through its owner only.

(function () {
  const { core, primordials } = __bootstrap;
  const { MathMin, TypedArrayPrototypeGetByteLength } = primordials;
  const { HeadScanner } = core.loadExtScript("ext:skep/node/http/parser_head.js");
  const { problem } = core.loadExtScript("ext:skep/node/http/parser_names.js");
  const framing = core.loadExtScript("ext:skep/node/http/parser_framing.js");
  const { body, state } = framing;

  /** Bytes that Rust scans at once: JavaScript can be interrupted, Rust cannot. */
  const SLICE_BYTES = 64 << 10;

  /** What is expected next. */
  const IDLE = 0; // Nothing: the reader is not in use.
  const HEAD = 1;
  const TRAILERS = 2;
  const CHUNK_LINE = 3;
  const CHUNK_DATA = 4;
  const BODY = 5; // As long as the head says.
  const BODY_TO_END = 6;
  const CLOSED = 7; // Nothing, after a message that closes the connection.

  class MessageReader {
    #fault = null;
    #hasBegun = false; // Whether a message has.
    #hooks; // `begin`, `head`, `trailers`, `body` and `complete`. They may throw.
    #isSkipped = false; // Whether the hook of the head said that there is no body.
    #isStopped = false; // Whether what follows is not for this reader.
    #isUpgrade = false;
    #phase = IDLE;
    #remaining = 0; // Bytes of the body, or of the chunk.
    #scanner = new HeadScanner();
    #use = 0;

    constructor(hooks) {
      this.#hooks = hooks;
    }

    /** The code and reason of what was refused, or `null`. */
    get fault() {
      return this.#fault;
    }

    get isIdle() {
      return this.#phase === IDLE;
    }

    get isUpgrade() {
      return this.#isUpgrade;
    }

    /** Counts the uses of the reader: a hook may end one, and start another. */
    get use() {
      return this.#use;
    }

    start(areRequests, lenientFlags, maxHeaderSize) {
      this.#scanner.start(areRequests, lenientFlags, maxHeaderSize);
      this.#begin();
    }

    stop() {
      this.#use++;
      this.#phase = IDLE;
      this.#fault = null;
      this.#isStopped = this.#isUpgrade = false;
      this.#scanner.reset();
    }

    /** How many bytes were read, or what is wrong with them. */
    read(bytes) {
      const use = this.#use;
      const end = TypedArrayPrototypeGetByteLength(bytes);
      let at = 0;
      try {
        while (at < end) {
          at = this.#step(bytes, at, end);
          // A hook may have ended the use.
          if (use !== this.#use) return end;
          if (this.#fault !== null) return this.#isUpgrade ? at : problem(this.#fault.code, this.#fault.reason, at);
          if (this.#isStopped) break;
        }
        this.#isStopped = false;
        return at;
      } catch (error) {
        if (use === this.#use) this.#fail("HPE_USER", "JS Exception");
        throw error;
      }
    }

    /** The connection has ended. Returns `true` if that completes a message, or what is wrong with it. */
    end() {
      const isWithin = this.#phase !== IDLE && this.#phase !== CLOSED && this.#hasBegun;
      if (this.#fault !== null || !isWithin) return undefined;
      if (this.#phase !== BODY_TO_END) return this.#isUpgrade ? undefined : problem("HPE_INVALID_EOF_STATE", "Invalid EOF state", 0);
      this.#phase = CLOSED;
      return true;
    }

    #fail(code, reason) {
      this.#fault = { __proto__: null, code, reason };
      this.#scanner.drop();
    }

    /** Reads some bytes. Returns the place of the first that is not read. */
    #step(bytes, at, end) {
      switch (this.#phase) {
        case BODY:
        case CHUNK_DATA:
          return this.#takeBody(bytes, at, MathMin(end, at + this.#remaining));
        case BODY_TO_END:
          this.#hooks.body(bytes, at, end);
          return end;
        case CLOSED:
          return this.#takeAfterClose(bytes, at, end);
        default:
          return this.#scan(bytes, at, MathMin(end, at + SLICE_BYTES));
      }
    }

    #takeBody(bytes, at, to) {
      this.#remaining -= to - at;
      const use = this.#use;
      this.#hooks.body(bytes, at, to);
      if (use !== this.#use || this.#remaining > 0) return to;
      if (this.#phase === CHUNK_DATA) this.#expect(CHUNK_LINE, state.CHUNK_DATA_END);
      else this.#complete();
      return to;
    }

    /** Empty lines may follow the last message of a connection. */
    #takeAfterClose(bytes, at, end) {
      const byte = bytes[at];
      if (byte === 0x0d || byte === 0x0a) return at + 1;
      if (this.#scanner.isLenient(framing.LENIENT_DATA_AFTER_CLOSE)) return end;
      this.#fail("HPE_CLOSED_CONNECTION", "Data after `Connection: close`");
      return at + 1;
    }

    /** The next message. */
    #begin() {
      this.#scanner.clear();
      this.#isSkipped = this.#hasBegun = false;
      this.#expect(HEAD, state.START);
    }

    #expect(phase, first) {
      this.#phase = phase;
      this.#scanner.expect(first);
    }

    #scan(bytes, at, end) {
      const scanner = this.#scanner;
      const before = scanner.state;
      const to = scanner.scan(bytes, at, end);
      const now = scanner.state;
      if (!this.#hasBegun && now !== state.START) {
        this.#hasBegun = true;
        const use = this.#use;
        this.#hooks.begin();
        if (use !== this.#use) return to;
      }
      if (now === state.FAILED) {
        const { code, reason } = scanner.fault();
        this.#fail(code, reason);
      } else if (now === state.CHUNK_DONE) {
        this.#remaining = scanner.length();
        if (this.#remaining > 0) this.#phase = CHUNK_DATA;
        else this.#expect(TRAILERS, state.FIELD_START);
      } else if (now === state.HEAD_DONE) {
        this.#endHead(bytes, at, to);
      } else if (this.#phase !== CHUNK_LINE && now !== state.START) {
        this.#hold(bytes, at, to);
      }
      // Bytes that are gone since: a hook gave their buffer away.
      return to <= at && now === before ? end : to;
    }

    #hold(bytes, at, to) {
      if (!this.#scanner.hold(bytes, at, to)) this.#fail("HPE_HEADER_OVERFLOW", "Header overflow");
    }

    /** A head, or trailers, are complete. */
    #endHead(bytes, at, to) {
      if (this.#scanner.isHeld) {
        this.#hold(bytes, at, to);
        if (this.#fault !== null) return;
      }
      const isHead = this.#phase === HEAD;
      const texts = this.#scanner.texts(bytes, at, to, isHead);
      if (isHead) return this.#tellHead(texts);
      const use = this.#use;
      this.#hooks.trailers(texts);
      if (use === this.#use) this.#complete();
    }

    #tellHead(texts) {
      const head = this.#scanner.head();
      this.#isUpgrade = head.isUpgrade;
      const use = this.#use;
      const verdict = this.#hooks.head(head, texts) | 0;
      if (use !== this.#use) return;
      if (verdict === 2) this.#isUpgrade = true;
      if (verdict === 1 || verdict === 2) this.#isSkipped = true;
      else if (verdict !== 0) return this.#fail("HPE_CB_HEADERS_COMPLETE", "User callback error");
      this.#beginBody();
    }

    #beginBody() {
      switch (this.#scanner.bodyOf(this.#isUpgrade, this.#isSkipped)) {
        case body.OTHER_PROTOCOL:
          this.#isStopped = true;
          return this.#complete();
        case body.NONE:
          return this.#complete();
        case body.CHUNKED:
          return this.#expect(CHUNK_LINE, state.CHUNK_START);
        case body.LENGTH:
          this.#remaining = this.#scanner.length();
          this.#phase = BODY;
          return undefined;
        case body.TO_END:
          this.#phase = BODY_TO_END;
          return undefined;
        default:
          return this.#fail("HPE_INVALID_TRANSFER_ENCODING", "Request has invalid `Transfer-Encoding`");
      }
    }

    /** The message is complete: another one follows, or another protocol, or nothing. */
    #complete() {
      const use = this.#use;
      this.#hooks.complete();
      if (use !== this.#use) return;
      if (this.#isUpgrade) this.#isStopped = true;
      if (this.#scanner.keepsAlive(this.#isSkipped) || this.#scanner.isLenient(framing.LENIENT_KEEP_ALIVE)) this.#begin();
      else this.#phase = CLOSED;
    }
  }

  return { __proto__: null, MessageReader };
})();
