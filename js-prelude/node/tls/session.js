// The bytes of one TLS connection: between a handle below, which has ciphertext, and a reader above, which wants plaintext.
//
// node/tls/wrap.js has one for each connection, and tells it what to call. The machine behind the number is in `src/runtime/ops/node/tls`.
//
// Invariant: nothing that is written leaves before `judge` has returned, and no more is read than the reader takes.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_tls_close, op_skep_tls_info, op_skep_tls_pull, op_skep_tls_push, op_skep_tls_take } = core.ops;
  const {
    ArrayPrototypePush,
    ArrayPrototypeShift,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeSet,
    Uint32Array,
    Uint8Array,
  } = primordials;
  const { nodeError, openMachine } = core.loadExtScript("ext:skep/node/tls/options.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const { nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");

  const EOF = codeMap.get("EOF");
  const EPIPE = codeMap.get("EPIPE");

  /** What the machine says of itself: `machine::Status`. */
  const OPEN = 1;
  const ENDED = 2;
  const FAILED = 3;

  const NOTHING = new Uint8Array(0);
  const PASSING_BYTES = 64 * 1024;
  /** Bytes on their way out of a machine; they are copied before anything else is called. */
  const passing = new Uint8Array(PASSING_BYTES);
  const passingBuffer = TypedArrayPrototypeGetBuffer(passing);
  /** What one pull did: bytes that were taken, that were given, and that wait. */
  const counts = new Uint32Array(3);

  /** The first bytes that pass, as an array of their own. */
  function copyOf(count) {
    const copy = new Uint8Array(count);
    TypedArrayPrototypeSet(copy, new Uint8Array(passingBuffer, 0, count));
    return copy;
  }

  /** Runs what a connection delivers in the context of the code that it is for; a call that is over has no part in it (node/net/tcp.js). */
  function inContext(context, deliver) {
    const before = core.getAsyncContext();
    core.setAsyncContext(internals.trace.openContext(context));
    try {
      deliver();
    } finally {
      core.setAsyncContext(before);
    }
  }

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
    #isSending = false;
    #isStarted = false;
    #outgoing = []; // What is written, in turn: see `write`.
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
      return !this.#isJudged && this.#outgoing.length === 0;
    }

    attach(handle) {
      this.#handle = handle;
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
      this.#send();
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
      this.#send();
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
      return this.roomMax < PASSING_BYTES ? new Uint8Array(passingBuffer, 0, this.roomMax) : passing;
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
      this.#send();
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
      const context = core.getAsyncContext();
      const turn = { __proto__: null, bytes: bytes ?? NOTHING, context, isEnd: bytes === null, isRefused: false, offset: 0, request };
      ArrayPrototypePush(this.#outgoing, turn);
      this.#send();
    }

    /** Sends what the machine has for the peer, and feeds it with what is written. */
    #send() {
      while (!this.#isSending && this.#id !== 0) {
        const turn = this.#isJudged && !this.#isClosing && this.#outgoing.length > 0 ? this.#outgoing[0] : null;
        if (turn !== null) this.#encrypt(turn);
        const count = op_skep_tls_take(this.#id, passing);
        if (count > 0) this.#transmit(copyOf(count));
        else if (turn === null) return;
        else {
          ArrayPrototypeShift(this.#outgoing);
          this.#finish(turn, turn.isRefused ? EPIPE : 0);
        }
      }
    }

    /** As much of a turn as the machine has room for; -1: all of it. */
    #encrypt(turn) {
      if (turn.offset < 0) return;
      const count = op_skep_tls_push(this.#id, turn.bytes, turn.offset);
      if (count < 0) turn.isRefused = true;
      turn.offset += count;
      if (count < 0 || turn.offset >= TypedArrayPrototypeGetByteLength(turn.bytes)) turn.offset = -1;
    }

    #transmit(bytes) {
      this.#isSending = true;
      const handle = this.#handle;
      const request = {
        handle,
        oncomplete: (status) => {
          this.#isSending = false;
          if (status < 0) this.abandon(status);
          else this.#send();
        },
      };
      const status = handle.writeBuffer(request, bytes);
      if (status !== 0) nextTick(() => request.oncomplete(status));
    }

    #finish(turn, status) {
      const { request } = turn;
      const complete = (status) => inContext(turn.context, () => request.oncomplete?.(status, request.handle, undefined));
      if (!turn.isEnd || status !== 0) {
        complete(status);
        return;
      }
      const refused = this.#handle.shutdown(request);
      if (refused !== 0) nextTick(() => complete(refused));
    }

    /** Nothing that is written will leave. */
    abandon(status) {
      const outgoing = this.#outgoing;
      this.#outgoing = [];
      for (let i = 0; i < outgoing.length; i++) this.#finish(outgoing[i], status);
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

  return { __proto__: null, NOTHING, Session };
})();
