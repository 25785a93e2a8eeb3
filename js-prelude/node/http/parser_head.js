// The lines of HTTP/1 messages: heads, trailers, and those between chunks. Rust judges and cuts them (`src/runtime/ops/node/http_head`).
//
// node/http/parser_message.js hands over the bytes as they come, and asks what the lines said. The numbers that Rust keeps between two
// pieces are here, and the first part of a head that comes in pieces.
//
// Invariant: a byte is scanned once, what is kept of a head is bounded, and the numbers are known to this file and its framing alone.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_http_fault, op_skep_http_scan, op_skep_http_text } = core.ops;
  const {
    MathMin,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeSet,
    TypedArrayPrototypeSubarray,
    Uint32Array,
    Uint8Array,
  } = primordials;
  const framing = core.loadExtScript("ext:skep/node/http/parser_framing.js");
  const { isRequest, lengthOf, register } = framing;

  const HEADER_BYTES_DEFAULT = 16 << 10;

  /** No caller may have heads that are larger. */
  const HEADER_BYTES_MAX = 256 << 10;

  /** Of a head that comes in pieces more is kept than counts: spaces, and what is between names and values. */
  const UNCOUNTED_FACTOR = 4;
  const UNCOUNTED_BYTES = 64 << 10;

  class HeadScanner {
    #held = null; // The first part of a head that comes in pieces.
    #heldBytes = 0;
    #registers = new Uint32Array(framing.REGISTERS);

    /** A connection begins, whose messages are requests or answers. */
    start(areRequests, lenientFlags, maxHeaderSize) {
      const registers = this.#registers;
      registers[register.IS_REQUEST] = areRequests ? 1 : 0;
      registers[register.LENIENT] = lenientFlags ?? 0;
      registers[register.LIMIT] = MathMin(maxHeaderSize > 0 ? maxHeaderSize : HEADER_BYTES_DEFAULT, HEADER_BYTES_MAX);
    }

    /** Forgets what the last message said. */
    clear() {
      const registers = this.#registers;
      registers[register.FLAGS] = registers[register.LENGTH_LOW] = registers[register.LENGTH_HIGH] = registers[register.CODE] = 0;
    }

    /** Lets the next scan begin in a state. */
    expect(first) {
      this.#registers[register.STATE] = first;
      this.#registers[register.COUNTED] = 0;
    }

    /** Returns where the scan stopped; `state` says why. */
    scan(bytes, at, end) {
      return op_skep_http_scan(bytes, at, end, this.#registers);
    }

    get state() {
      return this.#registers[register.STATE];
    }

    /** The code and reason of what was refused. */
    fault() {
      const fault = op_skep_http_fault(this.#registers[register.FAULT]);
      const colon = StringPrototypeIndexOf(fault, ":");
      return { __proto__: null, code: StringPrototypeSlice(fault, 0, colon), reason: StringPrototypeSlice(fault, colon + 1) };
    }

    get isHeld() {
      return this.#held !== null;
    }

    /** Keeps a part of a head until the rest has come. Returns whether it may be so large. */
    hold(bytes, at, to) {
      const size = this.#heldBytes + to - at;
      if (size > this.#registers[register.LIMIT] * UNCOUNTED_FACTOR + UNCOUNTED_BYTES) return false;
      if (this.#held === null || size > TypedArrayPrototypeGetByteLength(this.#held)) {
        const larger = new Uint8Array(2 * size);
        if (this.#held !== null) TypedArrayPrototypeSet(larger, TypedArrayPrototypeSubarray(this.#held, 0, this.#heldBytes));
        this.#held = larger;
      }
      TypedArrayPrototypeSet(this.#held, TypedArrayPrototypeSubarray(bytes, at, to), this.#heldBytes);
      this.#heldBytes = size;
      return true;
    }

    /** Drops what is held: nothing is read any more. */
    drop() {
      this.#held = null;
    }

    /** Drops what is held: another connection may follow. */
    reset() {
      this.#held = null;
      this.#heldBytes = 0;
    }

    /** The strings of a head that is complete: what is held, or a range of bytes if nothing is. */
    texts(bytes, at, to, hasFirstLine) {
      if (this.#held === null) return op_skep_http_text(bytes, at, to, hasFirstLine);
      const texts = op_skep_http_text(this.#held, 0, this.#heldBytes, hasFirstLine);
      this.reset();
      return texts;
    }

    /** What the first line and the fields of a head say of their message. */
    head() {
      const registers = this.#registers;
      return {
        __proto__: null,
        code: registers[register.CODE],
        isAnswer: !isRequest(registers),
        isUpgrade: framing.isUpgrade(registers),
        keepsAlive: framing.keepsAlive(registers, false),
        major: registers[register.MAJOR],
        minor: registers[register.MINOR],
      };
    }

    /** Bytes of the body, or of the chunk. */
    length() {
      return lengthOf(this.#registers);
    }

    bodyOf(isUpgraded, isSkipped) {
      return framing.bodyOf(this.#registers, isUpgraded, isSkipped);
    }

    keepsAlive(isSkipped) {
      return framing.keepsAlive(this.#registers, isSkipped);
    }

    /** Whether the owner of the parser forgives something. */
    isLenient(flag) {
      return (this.#registers[register.LENIENT] & flag) !== 0;
    }
  }

  return { __proto__: null, HeadScanner };
})();
