// Chunks from a resource: one read at a time, into a buffer of its own or as much as the reader's buffer takes.
//
// node/net/tcp.js reads a socket through it.
//
// Invariant: at most one read waits.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    MathMax,
    MathMin,
    PromisePrototypeThen,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeSet,
    TypedArrayPrototypeSlice,
    TypedArrayPrototypeSubarray,
    Uint8Array,
  } = primordials;
  const { outcomeOf } = core.loadExtScript("ext:skep/node/net/outcome.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");

  const EOF = codeMap.get("EOF");

  /** Bytes that are read at once. */
  const CHUNK_BYTES = 64 * 1024;

  /** What is shorter is copied out, so that its reader does not keep all of the room, and the room serves again. */
  const COPIED_MAX = 16 * 1024;

  class Chunks {
    #isReferenced = true;
    #isWaiting = false;
    #pending = null;
    #room = null; // For the next read, as long as nothing of it was handed on.
    #userBuffer = null; // What the reader wants the bytes in: the option `onread`.

    /** Whether a read waits for bytes. */
    get isWaiting() {
      return this.#isWaiting;
    }

    /** Whether a read that waits keeps the function running. */
    get isReferenced() {
      return this.#isReferenced;
    }

    useUserBuffer(buffer) {
      this.#room = null;
      this.#userBuffer = buffer;
    }

    /** Reads one chunk; `deliver` gets how many bytes, or the code of what happened, and the chunk. */
    read(rid, deliver) {
      this.#isWaiting = true;
      const size = this.#userBuffer === null ? CHUNK_BYTES : MathMax(1, MathMin(TypedArrayPrototypeGetByteLength(this.#userBuffer), CHUNK_BYTES));
      const room = this.#room ?? new Uint8Array(size);
      const reader = this.#userBuffer;
      this.#room = null;
      const pending = core.read(rid, room);
      this.#pending = pending;
      if (!this.#isReferenced) core.unrefOpPromise(pending);
      const finish = (count) => {
        this.#isWaiting = false;
        this.#pending = null;
        if (count >= COPIED_MAX) return deliver(count, room);
        // Another reader may have come, whose room has another size.
        if (reader === this.#userBuffer) this.#room = room;
        return deliver(count, count > 0 ? TypedArrayPrototypeSlice(room, 0, count) : room);
      };
      PromisePrototypeThen(pending, (count) => finish(count === 0 ? EOF : count), (error) => finish(outcomeOf(error).code));
    }

    /** Copies what was read to the reader's buffer, if it has one. */
    hand(chunk, count) {
      if (this.#userBuffer !== null) TypedArrayPrototypeSet(this.#userBuffer, TypedArrayPrototypeSubarray(chunk, 0, count));
    }

    ref() {
      this.#isReferenced = true;
      if (this.#pending !== null) core.refOpPromise(this.#pending);
    }

    unref() {
      this.#isReferenced = false;
      if (this.#pending !== null) core.unrefOpPromise(this.#pending);
    }
  }

  return { __proto__: null, Chunks };
})();
