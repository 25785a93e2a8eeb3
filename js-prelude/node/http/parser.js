// Stands for deno_node's `internal_binding/http_parser.ts`: the parser of HTTP/1 messages under `node:http`.
//
// `_http_common` of deno_node makes the parsers and sets their callbacks; a socket's bytes go to `execute`. Rust judges heads, trailers and
// the lines of chunks (`src/runtime/ops/node/http_head`); bodies are cut here. Order, codes and results are those of llhttp in Node.
//
// Invariant: a byte is scanned once, what is kept of a head is bounded, and a body is handed on without being copied.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_http_fault, op_skep_http_scan, op_skep_http_text } = core.ops;
  const {
    ArrayPrototypeShift,
    ArrayPrototypeSlice,
    Error,
    MathMin,
    ObjectAssign,
    ReflectApply,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    TypedArrayPrototypeSet,
    TypedArrayPrototypeSubarray,
    Uint32Array,
    Uint8Array,
  } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { AsyncResource } = core.loadExtScript("ext:deno_node/async_hooks.ts");
  const { allMethods, constants, methods } = core.loadExtScript("ext:skep/node/http/parser_names.js");
  const framing = core.loadExtScript("ext:skep/node/http/parser_framing.js");
  const { body, isRequest, lengthOf, register, state } = framing;
  const { kOnBody, kOnHeaders, kOnHeadersComplete, kOnMessageBegin, kOnMessageComplete } = constants;

  const HEADER_BYTES_DEFAULT = 16 << 10;

  /** No caller may have heads that are larger. */
  const HEADER_BYTES_MAX = 256 << 10;

  /** Of a head that comes in pieces more is kept than counts: spaces, and what is between names and values. */
  const UNCOUNTED_FACTOR = 4;
  const UNCOUNTED_BYTES = 64 << 10;

  /** Bytes that Rust scans at once: JavaScript can be interrupted, Rust cannot. */
  const SLICE_BYTES = 64 << 10;

  /** Names and values that are told at once. */
  const STRINGS_TOGETHER = 64;

  /** What is expected next. */
  const IDLE = 0; // Nothing: the parser is not in use.
  const HEAD = 1;
  const TRAILERS = 2;
  const CHUNK_LINE = 3;
  const CHUNK_DATA = 4;
  const BODY = 5; // As long as the head says.
  const BODY_TO_END = 6;
  const CLOSED = 7; // Nothing, after a message that closes the connection.

  const bufferOf = (bytes, from, to) =>
    Buffer.from(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes) + from, to - from);

  /** An error as Node's binding makes it. */
  function problem(code, reason, bytesParsed) {
    const error = new Error("Parse Error");
    error.bytesParsed = bytesParsed;
    error.code = code;
    error.reason = reason;
    return error;
  }

  class HTTPParser {
    #context = null; // Of the request: callbacks run in it.
    #current = null; // What is being parsed.
    #fault = null; // The code and reason of what was refused.
    #hasBegun = false; // Whether a message has.
    #held = null; // The first part of a head that comes in pieces.
    #heldBytes = 0;
    #isPaused = false;
    #isSkipped = false; // Whether the reader of the head said that there is no body.
    #isStopped = false; // Whether what follows is not for this parser.
    #isUpgrade = false;
    #phase = IDLE;
    #registers = new Uint32Array(framing.REGISTERS);
    #remaining = 0; // Bytes of the body, or of the chunk.
    #use = 0; // Counts the uses of the parser: `_http_common` gives it from one request to the next.

    constructor(type) {
      if (type !== undefined) this.initialize(type);
    }

    initialize(type, asyncResource, maxHeaderSize, lenientFlags) {
      this.free();
      this.#context = asyncResource ? new AsyncResource(`${asyncResource.type || "HTTPPARSER"}`) : null;
      const registers = this.#registers;
      registers[register.IS_REQUEST] = type === constants.REQUEST ? 1 : 0;
      registers[register.LENIENT] = lenientFlags ?? 0;
      registers[register.LIMIT] = MathMin(maxHeaderSize > 0 ? maxHeaderSize : HEADER_BYTES_DEFAULT, HEADER_BYTES_MAX);
      this.#begin();
    }

    /** How many bytes were parsed, or what is wrong with them. */
    execute(buffer, offset = 0, length = TypedArrayPrototypeGetByteLength(buffer) - offset) {
      if (this.#phase === IDLE) return problem("HPE_INTERNAL", "Parser is not initialized", 0);
      if (this.#isPaused) return problem("HPE_PAUSED", "Paused", 0);
      if (this.#fault !== null) return problem(this.#fault.code, this.#fault.reason, 0);
      const start = TypedArrayPrototypeGetByteOffset(buffer) + offset;
      const bytes = new Uint8Array(TypedArrayPrototypeGetBuffer(buffer), start, length);
      const before = this.#current;
      this.#current = bytes;
      try {
        return this.#inContext(() => this.#parse(bytes));
      } finally {
        this.#current = before;
      }
    }

    /** The connection has ended. */
    finish() {
      const isWithin = this.#phase !== IDLE && this.#phase !== CLOSED && this.#hasBegun;
      if (this.#fault !== null || !isWithin) return undefined;
      if (this.#phase !== BODY_TO_END) return this.#isUpgrade ? undefined : problem("HPE_INVALID_EOF_STATE", "Invalid EOF state", 0);
      this.#phase = CLOSED;
      this.#inContext(() => this.#call(kOnMessageComplete, []));
      return undefined;
    }

    pause() {
      this.#isPaused = true;
    }

    resume() {
      this.#isPaused = false;
    }

    close() {
      this.free();
    }

    free() {
      this.#use++;
      this.#phase = IDLE;
      this.#context = this.#fault = this.#held = null;
      this.#heldBytes = 0;
      this.#isPaused = this.#isStopped = this.#isUpgrade = false;
    }

    remove() {}

    /** Node reads a handle past its socket; here the socket hands on what it reads. */
    consume() {}

    unconsume() {}

    getCurrentBuffer() {
      const bytes = this.#current;
      return bytes === null ? Buffer.alloc(0) : bufferOf(bytes, 0, TypedArrayPrototypeGetByteLength(bytes));
    }

    /** Callbacks belong to the request, but not to a call that is over: a connection in a pool outlives the call that made it. */
    #inContext(work) {
      if (this.#context === null) return work();
      return this.#context.runInAsyncScope(() => {
        core.setAsyncContext(internals.trace.openContext(core.getAsyncContext()));
        return work();
      });
    }

    /** Calls what `_http_common` has set. */
    #call(name, values) {
      const callback = this[name];
      return typeof callback === "function" ? ReflectApply(callback, this, values) : 0;
    }

    #parse(bytes) {
      const use = this.#use;
      const end = TypedArrayPrototypeGetByteLength(bytes);
      let at = 0;
      try {
        while (at < end) {
          at = this.#step(bytes, at, end);
          // A callback may have given the parser away.
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

    #fail(code, reason) {
      this.#fault = { __proto__: null, code, reason };
      this.#held = null;
    }

    /** Parses some bytes. Returns the place of the first that is not parsed. */
    #step(bytes, at, end) {
      switch (this.#phase) {
        case BODY:
        case CHUNK_DATA:
          return this.#takeBody(bytes, at, MathMin(end, at + this.#remaining));
        case BODY_TO_END:
          this.#call(kOnBody, [bufferOf(bytes, at, end)]);
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
      this.#call(kOnBody, [bufferOf(bytes, at, to)]);
      if (use !== this.#use || this.#remaining > 0) return to;
      if (this.#phase === CHUNK_DATA) this.#expect(CHUNK_LINE, state.CHUNK_DATA_END);
      else this.#complete();
      return to;
    }

    /** Empty lines may follow the last message of a connection. */
    #takeAfterClose(bytes, at, end) {
      const byte = bytes[at];
      if (byte === 0x0d || byte === 0x0a) return at + 1;
      if ((this.#registers[register.LENIENT] & framing.LENIENT_DATA_AFTER_CLOSE) !== 0) return end;
      this.#fail("HPE_CLOSED_CONNECTION", "Data after `Connection: close`");
      return at + 1;
    }

    /** The next message. */
    #begin() {
      const registers = this.#registers;
      registers[register.FLAGS] = registers[register.LENGTH_LOW] = registers[register.LENGTH_HIGH] = registers[register.CODE] = 0;
      this.#isSkipped = this.#hasBegun = false;
      this.#expect(HEAD, state.START);
    }

    /** Lets the next scan begin in a state. */
    #expect(phase, first) {
      this.#phase = phase;
      this.#registers[register.STATE] = first;
      this.#registers[register.COUNTED] = 0;
    }

    #scan(bytes, at, end) {
      const registers = this.#registers;
      const before = registers[register.STATE];
      const to = op_skep_http_scan(bytes, at, end, registers);
      const now = registers[register.STATE];
      if (!this.#hasBegun && now !== state.START) {
        this.#hasBegun = true;
        const use = this.#use;
        this.#call(kOnMessageBegin, []);
        if (use !== this.#use) return to;
      }
      if (now === state.FAILED) {
        const fault = op_skep_http_fault(registers[register.FAULT]);
        const colon = StringPrototypeIndexOf(fault, ":");
        this.#fail(StringPrototypeSlice(fault, 0, colon), StringPrototypeSlice(fault, colon + 1));
      } else if (now === state.CHUNK_DONE) {
        this.#remaining = lengthOf(registers);
        if (this.#remaining > 0) this.#phase = CHUNK_DATA;
        else this.#expect(TRAILERS, state.FIELD_START);
      } else if (now === state.HEAD_DONE) {
        this.#endHead(bytes, at, to);
      } else if (this.#phase !== CHUNK_LINE && now !== state.START) {
        this.#hold(bytes, at, to);
      }
      // Bytes that are gone since: a callback gave their buffer away.
      return to <= at && now === before ? end : to;
    }

    /** Keeps a part of a head until the rest has come. */
    #hold(bytes, at, to) {
      const size = this.#heldBytes + to - at;
      if (size > this.#registers[register.LIMIT] * UNCOUNTED_FACTOR + UNCOUNTED_BYTES) {
        this.#fail("HPE_HEADER_OVERFLOW", "Header overflow");
        return;
      }
      if (this.#held === null || size > TypedArrayPrototypeGetByteLength(this.#held)) {
        const larger = new Uint8Array(2 * size);
        if (this.#held !== null) TypedArrayPrototypeSet(larger, TypedArrayPrototypeSubarray(this.#held, 0, this.#heldBytes));
        this.#held = larger;
      }
      TypedArrayPrototypeSet(this.#held, TypedArrayPrototypeSubarray(bytes, at, to), this.#heldBytes);
      this.#heldBytes = size;
    }

    /** A head, or trailers, are complete. */
    #endHead(bytes, at, to) {
      let texts;
      if (this.#held === null) {
        texts = op_skep_http_text(bytes, at, to, this.#phase === HEAD);
      } else {
        this.#hold(bytes, at, to);
        if (this.#fault !== null) return;
        texts = op_skep_http_text(this.#held, 0, this.#heldBytes, this.#phase === HEAD);
        this.#held = null;
        this.#heldBytes = 0;
      }
      if (this.#phase === HEAD) this.#tellHead(texts);
      else this.#tellTrailers(texts);
    }

    #tellTrailers(trailers) {
      const use = this.#use;
      this.#tellFields(trailers, "");
      if (use === this.#use) this.#complete();
    }

    /** Many fields are told some at a time: their reader stops at as many as it wants. */
    #tellFields(fields, url) {
      const use = this.#use;
      for (let i = 0; i < fields.length && use === this.#use; i += STRINGS_TOGETHER) {
        this.#call(kOnHeaders, [ArrayPrototypeSlice(fields, i, i + STRINGS_TOGETHER), i === 0 ? url : ""]);
      }
    }

    #tellHead(fields) {
      const registers = this.#registers;
      let first = ArrayPrototypeShift(fields);
      let headers = fields;
      const code = registers[register.CODE];
      const major = registers[register.MAJOR];
      const minor = registers[register.MINOR];
      this.#isUpgrade = framing.isUpgrade(registers);
      const keepsAlive = framing.keepsAlive(registers, false);
      const use = this.#use;
      const isAnswer = !isRequest(registers);
      if (fields.length > STRINGS_TOGETHER) {
        this.#tellFields(fields, isAnswer ? "" : first);
        if (use !== this.#use) return;
        headers = undefined;
        if (!isAnswer) first = undefined;
      }
      const values = isAnswer
        ? [major, minor, headers, undefined, undefined, code, first, this.#isUpgrade, keepsAlive]
        : [major, minor, headers, methodNumber(code), first, undefined, undefined, this.#isUpgrade, keepsAlive];
      const verdict = this.#call(kOnHeadersComplete, values) | 0;
      if (use !== this.#use) return;
      if (verdict === 2) this.#isUpgrade = true;
      if (verdict === 1 || verdict === 2) this.#isSkipped = true;
      else if (verdict !== 0) return this.#fail("HPE_CB_HEADERS_COMPLETE", "User callback error");
      this.#beginBody();
    }

    #beginBody() {
      const registers = this.#registers;
      switch (framing.bodyOf(registers, this.#isUpgrade, this.#isSkipped)) {
        case body.OTHER_PROTOCOL:
          this.#isStopped = true;
          return this.#complete();
        case body.NONE:
          return this.#complete();
        case body.CHUNKED:
          return this.#expect(CHUNK_LINE, state.CHUNK_START);
        case body.LENGTH:
          this.#remaining = lengthOf(registers);
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
      this.#call(kOnMessageComplete, []);
      if (use !== this.#use) return;
      const registers = this.#registers;
      if (this.#isUpgrade) this.#isStopped = true;
      if (framing.keepsAlive(registers, this.#isSkipped)) this.#begin();
      else if ((registers[register.LENIENT] & framing.LENIENT_KEEP_ALIVE) !== 0) this.#begin();
      else this.#phase = CLOSED;
    }
  }

  /** The number of a method among all methods: those of RTSP are between. */
  const methodNumber = (number) => number === methods.length - 1 ? allMethods.length - 1 : number;

  ObjectAssign(HTTPParser, constants);
  return { __proto__: null, allMethods, HTTPParser, methods };
})();
