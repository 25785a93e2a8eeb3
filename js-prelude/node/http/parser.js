// Stands for deno_node's `internal_binding/http_parser.ts`: the parser of HTTP/1 messages under `node:http`.
//
// `_http_common` of deno_node makes the parsers and sets their callbacks; a socket's bytes go to `execute`. `parser_message.js` reads the
// messages; here is the interface of Node's binding: its methods, and the callbacks with their values.
//
// Invariant: programs hold parsers, and nothing that is below: what reads the messages is private, and no callback is given it.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypeShift,
    ArrayPrototypeSlice,
    ObjectAssign,
    ReflectApply,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    Uint8Array,
  } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { AsyncResource } = core.loadExtScript("ext:deno_node/async_hooks.ts");
  const { allMethods, constants, methods, problem } = core.loadExtScript("ext:skep/node/http/parser_names.js");
  const { MessageReader } = core.loadExtScript("ext:skep/node/http/parser_message.js");
  const { kOnBody, kOnHeaders, kOnHeadersComplete, kOnMessageBegin, kOnMessageComplete } = constants;

  /** Names and values that are told at once. */
  const STRINGS_TOGETHER = 64;

  const bufferOf = (bytes, from, to) =>
    Buffer.from(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes) + from, to - from);

  /** The number of a method among all methods: those of RTSP are between. */
  const methodNumber = (number) => number === methods.length - 1 ? allMethods.length - 1 : number;

  class HTTPParser {
    #context = null; // Of the request: callbacks run in it.
    #current = null; // What is being parsed.
    #isPaused = false;
    #reader = new MessageReader({
      __proto__: null,
      begin: () => this.#call(kOnMessageBegin, []),
      head: (head, texts) => this.#tellHead(head, texts),
      trailers: (fields) => this.#tellFields(fields, ""),
      body: (bytes, from, to) => this.#call(kOnBody, [bufferOf(bytes, from, to)]),
      complete: () => this.#call(kOnMessageComplete, []),
    });

    constructor(type) {
      if (type !== undefined) this.initialize(type);
    }

    /** `_http_common` gives a parser from one request to the next. */
    initialize(type, asyncResource, maxHeaderSize, lenientFlags) {
      this.free();
      this.#context = asyncResource ? new AsyncResource(`${asyncResource.type || "HTTPPARSER"}`) : null;
      this.#reader.start(type === constants.REQUEST, lenientFlags, maxHeaderSize);
    }

    /** How many bytes were parsed, or what is wrong with them. */
    execute(buffer, offset = 0, length = TypedArrayPrototypeGetByteLength(buffer) - offset) {
      const reader = this.#reader;
      if (reader.isIdle) return problem("HPE_INTERNAL", "Parser is not initialized", 0);
      if (this.#isPaused) return problem("HPE_PAUSED", "Paused", 0);
      if (reader.fault !== null) return problem(reader.fault.code, reader.fault.reason, 0);
      const start = TypedArrayPrototypeGetByteOffset(buffer) + offset;
      const bytes = new Uint8Array(TypedArrayPrototypeGetBuffer(buffer), start, length);
      const before = this.#current;
      this.#current = bytes;
      try {
        return this.#inContext(() => reader.read(bytes));
      } finally {
        this.#current = before;
      }
    }

    /** The connection has ended. */
    finish() {
      const ended = this.#reader.end();
      if (ended !== true) return ended;
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
      this.#reader.stop();
      this.#context = null;
      this.#isPaused = false;
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

    /** Many fields are told some at a time: their reader stops at as many as it wants. */
    #tellFields(fields, url) {
      const reader = this.#reader;
      const use = reader.use;
      for (let i = 0; i < fields.length && use === reader.use; i += STRINGS_TOGETHER) {
        this.#call(kOnHeaders, [ArrayPrototypeSlice(fields, i, i + STRINGS_TOGETHER), i === 0 ? url : ""]);
      }
    }

    /** Returns whether the message has a body: 0, or 1 if it has none, or 2 if another protocol follows. */
    #tellHead({ code, isAnswer, keepsAlive, major, minor }, fields) {
      const reader = this.#reader;
      let first = ArrayPrototypeShift(fields);
      let headers = fields;
      if (fields.length > STRINGS_TOGETHER) {
        const use = reader.use;
        this.#tellFields(fields, isAnswer ? "" : first);
        // A callback may have given the parser away.
        if (use !== reader.use) return 0;
        headers = undefined;
        if (!isAnswer) first = undefined;
      }
      const values = isAnswer
        ? [major, minor, headers, undefined, undefined, code, first, reader.isUpgrade, keepsAlive]
        : [major, minor, headers, methodNumber(code), first, undefined, undefined, reader.isUpgrade, keepsAlive];
      return this.#call(kOnHeadersComplete, values);
    }
  }

  ObjectAssign(HTTPParser, constants);
  return { __proto__: null, allMethods, HTTPParser, methods };
})();
