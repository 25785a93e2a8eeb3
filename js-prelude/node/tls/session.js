// The bytes of one TLS connection: between a handle below, which has ciphertext, and a reader above, which wants plaintext.
//
// node/tls/wrap.js has one for each connection, and tells it what to call; node/tls/outgoing.js sends. The machine behind the number is in
// `src/runtime/ops/node/tls`.
//
// Invariant: nothing that is written leaves before `judge` has returned, and no more is read than the reader takes.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_tls_close, op_skep_tls_info, op_skep_tls_pull } = core.ops;
  const { ArrayPrototypePush, ArrayPrototypeShift, TypedArrayPrototypeGetByteLength, Uint32Array } = primordials;
  const { inContext } = core.loadExtScript("ext:skep/node/net/outcome.js");
  const { nodeError, openMachine } = core.loadExtScript("ext:skep/node/tls/options.js");
  const { Outgoing } = core.loadExtScript("ext:skep/node/tls/outgoing.js");
  const { copyOf, NOTHING, PASSING_BYTES, roomOf } = core.loadExtScript("ext:skep/node/tls/passing.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const { nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");

  const EOF = codeMap.get("EOF");
  const EPIPE = codeMap.get("EPIPE");

  /** What the machine says of itself: `machine::Status`. */
  const OPEN = 1;
  const ENDED = 2;
  const FAILED = 3;

  /** What one pull did: bytes that were taken, that were given, and that wait. */
  const counts = new Uint32Array(3);

  class Session {
    #context = core.getAsyncContext();
    #endCode = 0; // Why the handle below has ended.
    #handle = null;
    #id = 0; // The machine.
    #incoming = []; // What the peer sent and the machine has not taken.
    #incomingOffset = 0; // How far it has taken the first of them.
    #isClosing = false;
    #isEnded = false; // Whether the reader knows of the end.
    #isJudged = false;
    #isPumping = false;
    #isReading = false;
    #isStarted = false;
    #outgoing = new Outgoing(this);
    #reader; // `data`, `end`, `judge`, `fail`.
    roomMax = PASSING_BYTES; // Bytes that the reader takes at once.

    constructor(reader) {
      this.#reader = reader;
    }

    /** The number of the machine; 0: there is none, or no more. */
    get id() {
      return this.#id;
    }

    /** Whether nothing more can be written. */
    get isOver() {
      return this.#isClosing || (this.#isStarted && this.#id === 0);
    }

    /** Whether the handshake is not over and nothing is written that waits for it. */
    get isIdle() {
      return !this.#isJudged && this.#outgoing.isEmpty;
    }

    /** Whether what is written may go to the machine. */
    get takesText() {
      return this.#isJudged && !this.#isClosing;
    }

    attach(handle) {
      this.#handle = handle;
      this.#outgoing.handle = handle;
    }

    start(name, options, protocols) {
      if (this.#isStarted || this.#isClosing) return;
      this.#isStarted = true;
      try {
        this.#id = openMachine(name, options, protocols);
      } catch (error) {
        nextTick(() => this.#reader.fail(error));
        return;
      }
      this.#outgoing.send();
      this.#handle.readStart();
      this.#pump();
    }

    /** Bytes from the peer. */
    receive(bytes) {
      if (this.#isClosing) return;
      ArrayPrototypePush(this.#incoming, bytes);
      this.#pump();
    }

    /** The handle below has ended. */
    endBelow(code) {
      if (this.#endCode === 0) this.#endCode = code;
      this.#pump();
    }

    resume() {
      this.#isReading = true;
      if (this.#id === 0) return;
      if (this.#endCode === 0) this.#handle.readStart();
      nextTick(() => inContext(this.#context, () => this.#pump()));
    }

    pause() {
      this.#isReading = false;
    }

    /** Moves bytes through the machine, as long as something moves. */
    #pump() {
      if (this.#isPumping) return;
      this.#isPumping = true;
      try {
        while (this.#id !== 0 && this.#step());
      } finally {
        this.#isPumping = false;
      }
      if (this.#id === 0 && this.#isStarted) {
        this.#incoming = [];
        if (this.#endCode !== 0) this.#end(this.#endCode);
      } else if (this.#incoming.length > 0) {
        this.#handle.readStop();
      }
    }

    #step() {
      const input = this.#incoming.length > 0 ? this.#incoming[0] : NOTHING;
      const status = op_skep_tls_pull(this.#id, input, this.#incomingOffset, this.#room(), counts);
      const taken = counts[0];
      const given = counts[1];
      const waiting = counts[2];
      const chunk = given > 0 ? copyOf(given) : null;
      this.#advance(input, taken, status);
      this.#outgoing.send();
      if (status === FAILED) {
        this.#fail();
        return false;
      }
      if (status >= OPEN && !this.#isJudged && this.#id !== 0) {
        this.#judge();
        return true;
      }
      if (chunk !== null) this.#reader.data(chunk);
      if (waiting === 0 && given === 0 && this.#incoming.length === 0) {
        if (status === ENDED) this.#end(EOF);
        else if (this.#endCode !== 0) this.#end(this.#endCode);
      }
      return taken > 0 || given > 0;
    }

    /** Where the machine puts plaintext. */
    #room() {
      if (!this.#isJudged || !this.#isReading) return NOTHING;
      return roomOf(this.roomMax);
    }

    /** Forgets what the machine has taken; after the peer's goodbye there is nothing to take. */
    #advance(input, taken, status) {
      if (input === NOTHING) return;
      this.#incomingOffset += taken;
      if (status >= ENDED) this.#incoming = [];
      else if (this.#incomingOffset >= TypedArrayPrototypeGetByteLength(input)) ArrayPrototypeShift(this.#incoming);
      else return;
      this.#incomingOffset = 0;
    }

    /** The handshake is over: the socket asks for the judgement, and closes if it is not content. */
    #judge() {
      try {
        this.#reader.judge(op_skep_tls_info(this.#id));
      } catch (error) {
        this.#isClosing = true;
        this.#reader.abort(error);
      }
      this.#isJudged = true;
      this.#outgoing.send();
    }

    #fail() {
      const { failureCode, failureReason } = op_skep_tls_info(this.#id);
      this.free();
      this.#incoming = [];
      this.#reader.fail(nodeError(`${failureCode} ${failureReason}`));
      this.#end(EOF);
      this.abandon(EPIPE);
    }

    #end(code) {
      if (this.#isEnded || this.#isClosing) return;
      this.#isEnded = true;
      this.#reader.end(code);
    }

    /** Writes bytes after what is written, or, without any, says goodbye and ends the handle below; then tells the request how it went. */
    write(request, bytes) {
      this.#outgoing.write(request, bytes);
    }

    /** Nothing that is written will leave. */
    abandon(status) {
      this.#outgoing.abandon(status);
    }

    /** From here on nothing is read and nothing is sent. */
    close() {
      this.#isClosing = true;
      this.#incoming = [];
    }

    /** Gives the machine back. */
    free() {
      if (this.#id !== 0) op_skep_tls_close(this.#id);
      this.#id = 0;
    }
  }

  return { __proto__: null, Session };
})();
