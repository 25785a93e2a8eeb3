// Native compression streams by number, written in slices.
//
// node/zlib/binding.js makes one for each handle of `zlib`; `src/runtime/ops/node/zip` does the work. A stream is opened by its first write,
// so that those which are not used cost nothing, and closed with its handle, or when that is garbage.
//
// Invariant: one call into Rust works for a few milliseconds; between two of them a limit can strike.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_collect, op_skep_zip_close, op_skep_zip_open, op_skep_zip_params, op_skep_zip_reset, op_skep_zip_write } = core.ops;
  const {
    ArrayPrototypePush,
    ArrayPrototypeShift,
    DateNow,
    MapPrototypeDelete,
    MapPrototypeForEach,
    MapPrototypeGetSize,
    MapPrototypeSet,
    MathMin,
    SafeFinalizationRegistry,
    SafeMap,
    SafeWeakRef,
    Uint32Array,
    WeakRefPrototypeDeref,
  } = primordials;

  /** Modes of Node. */
  const BROTLI_DECODE = 8;
  const BROTLI_ENCODE = 9;

  /** What one call reads and writes at most: bytes of input may become a thousand times as many. */
  const IN_BYTES = 16 * 1024;
  const OUT_BYTES = 64 * 1024;

  /** Slices of writes that do not block, until the event loop gets a turn. */
  const TURN_SLICES = 8;

  /** So many streams are opened between two sweeps, and are open when one begins; or so much time goes by where there is no place. */
  const SWEEP_OPENED = 64;
  const SWEEP_OPEN = 32;
  const SWEEP_MS = 250;

  /** Writes wait as long for a stream to be closed. */
  const PATIENCE_MS = 5000;

  /** An operation of brotli that holds for each part of the input, not for its end. */
  const EMIT_METADATA = 3;

  // Places in the array that Rust gets and fills in: FLUSH, IS_SINGLE, IN_OFFSET, IN_LENGTH, OUT_OFFSET, OUT_LENGTH, ERRNO.
  const places = new Uint32Array(7);

  const opened = new SafeMap(); // Number to a weak reference to the stream.
  const waiting = []; // What goes on when a stream is closed.
  let releases = 0; // Streams that were closed.
  let watchedUntil = 0; // A timer looks after what waits.
  let sweptAt = 0;
  let sinceSweep = 0; // Streams that were opened since the last sweep.
  let spent = 0; // Slices in this turn.
  let isTurnAwaited = false;

  /** Continues in a later turn of the event loop. */
  function later(work) {
    const { setImmediate } = core.loadExtScript("ext:deno_node/timers.ts");
    if (!isTurnAwaited) {
      setImmediate(() => {
        isTurnAwaited = false;
        spent = 0;
      });
      isTurnAwaited = true;
    }
    setImmediate(work);
  }

  /**
   * Calls `work` when a stream is closed, which returns whether it took the place; or `fail` when none is for long: they may wait for each
   * other. Whoever closes a stream works for another call, so both run in the context of this one.
   */
  function whenClosed(work, fail) {
    const context = core.getAsyncContext();
    const here = (run) => () => {
      const before = core.getAsyncContext();
      core.setAsyncContext(context);
      try {
        return run();
      } finally {
        core.setAsyncContext(before);
      }
    };
    ArrayPrototypePush(waiting, { __proto__: null, work: here(work), fail: here(fail) });
    watchWaiting();
  }

  function watchWaiting() {
    if (waiting.length === 0 || DateNow() < watchedUntil) return;
    const before = releases;
    core.loadExtScript("ext:deno_node/timers.ts").setTimeout(() => {
      watchedUntil = 0;
      sweep();
      if (before !== releases) return watchWaiting();
      const stuck = waiting.length;
      for (let i = 0; i < stuck; i++) later(ArrayPrototypeShift(waiting).fail);
    }, PATIENCE_MS);
    // A limit may strike in the timer: another one takes its place.
    watchedUntil = DateNow() + 2 * PATIENCE_MS;
  }

  function release(number) {
    if (!MapPrototypeDelete(opened, number)) return;
    op_skep_zip_close(number);
    releases++;
    if (waiting.length > 0) later(wake);
  }

  /** A place is free: for the first that takes it. Who does not waits again, behind the others. */
  function wake() {
    for (let left = waiting.length; left > 0 && !ArrayPrototypeShift(waiting).work(); left--);
  }

  const abandoned = new SafeFinalizationRegistry(release);

  /** Closes the streams whose handles are garbage. A collection is not cheap: without a new stream there is none. */
  function sweep() {
    if (sinceSweep === 0) return;
    sinceSweep = 0;
    sweptAt = DateNow();
    op_skep_collect();
    MapPrototypeForEach(opened, (stream, number) => {
      if (WeakRefPrototypeDeref(stream) === undefined) release(number);
    });
  }

  class Stream {
    #dictionary;
    #mode;
    #number = 0;
    #params;

    /** `params`: windowBits, level, memLevel and strategy, or those of brotli by their numbers. */
    constructor(mode, params, dictionary) {
      this.#mode = mode;
      this.#params = params;
      this.#dictionary = dictionary;
    }

    /** Opens it, unless it is open. False if too many are. What cannot wait has the garbage collected for it. */
    open(canWait) {
      if (this.#number !== 0) return true;
      if (sinceSweep >= SWEEP_OPENED && MapPrototypeGetSize(opened) >= SWEEP_OPEN) sweep();
      let number = op_skep_zip_open(this.#mode, this.#params, this.#dictionary);
      if (number === 0 && (!canWait || DateNow() - sweptAt > SWEEP_MS)) {
        sweep();
        number = op_skep_zip_open(this.#mode, this.#params, this.#dictionary);
      }
      if (number === 0) return false;
      sinceSweep++;
      this.#number = number;
      MapPrototypeSet(opened, number, new SafeWeakRef(this));
      abandoned.register(this, number, this);
      return true;
    }

    /** Writes a slice. Returns whether the write is done, or failed: then it has a `message`. */
    slice(write) {
      const inLength = MathMin(write.inLength, IN_BYTES);
      const outLength = MathMin(write.outLength, OUT_BYTES);
      const isLast = inLength === write.inLength;
      places[0] = isLast || (this.#mode === BROTLI_ENCODE && write.flush === EMIT_METADATA) ? write.flush : 0;
      places[1] = write.isSingle ? 1 : 0;
      places[2] = write.inOffset;
      places[3] = inLength;
      places[4] = write.outOffset;
      places[5] = outLength;
      const message = op_skep_zip_write(this.#number, write.input, write.out, places);
      spent++;
      const read = inLength - places[3];
      const written = outLength - places[5];
      write.inOffset += read;
      write.inLength -= read;
      write.outOffset += written;
      write.outLength -= written;
      write.message = message;
      write.errno = places[6] | 0;
      if (message !== "" || write.outLength === 0) return true;
      if (written === outLength) return false;
      return isLast || read < inLength;
    }

    get isOpen() {
      return this.#number !== 0;
    }

    /** Whether a write that does not block has to give the event loop a turn. */
    get isTurnOver() {
      return spent >= TURN_SLICES;
    }

    reset() {
      if (this.#number !== 0) op_skep_zip_reset(this.#number);
    }

    /** Returns nothing, or code and message of an error. */
    setParams(level, strategy) {
      if (this.#number !== 0) return op_skep_zip_params(this.#number, level, strategy);
      this.#params[1] = level;
      this.#params[3] = strategy;
      return "";
    }

    close() {
      if (this.#number === 0) return;
      abandoned.unregister(this);
      release(this.#number);
      this.#number = 0;
    }
  }

  return { __proto__: null, BROTLI_DECODE, BROTLI_ENCODE, later, Stream, whenClosed };
})();
