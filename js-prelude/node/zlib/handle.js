// What all handles of `zlib` have in common: writes that block, and writes that take several turns.
//
// node/zlib/binding.js derives the classes from it that `zlib.js` of deno_node knows. A write that does not block is done in the same turn if
// it is small; `zlib.js` then calls its callback itself, and for all others this does.
//
// Invariant: between two slices of a write anything may have happened to its handle and its buffers, and is checked anew.

(function () {
  const { core, primordials } = __bootstrap;
  const { Error, ReflectApply, StringPrototypeIndexOf, StringPrototypeSlice, Uint8Array } = primordials;
  const { later, whenClosed } = core.loadExtScript("ext:skep/node/zlib/streams.js");
  const { ERR_ZLIB_INITIALIZATION_FAILED } = core.loadExtScript("ext:deno_node/internal/errors.ts").codes;
  const { nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");

  const NO_BYTES = new Uint8Array(0);

  /** Reports an error of Rust, code and message, as Node's handles do. */
  function report(handle, text, errno) {
    const end = StringPrototypeIndexOf(text, " ");
    const onerror = handle.onerror;
    if (typeof onerror !== "function") return;
    ReflectApply(onerror, handle, [StringPrototypeSlice(text, end + 1), errno, StringPrototypeSlice(text, 0, end)]);
  }

  const TOO_MANY =
    "Initialization failed: 128 compression streams are open in this instance, or they keep half of memory_mb; end or destroy those that are done";

  let start; // Gives a handle its stream, and what is called after a write.
  let setSingle;
  let setParams;

  class Handle {
    #done = null;
    #isClosed = false;
    #isSingle = false;
    #isWriting = false;
    #stream = null;

    static {
      start = (handle, stream, done) => {
        handle.#stream?.close();
        handle.#stream = stream;
        handle.#done = done;
      };
      setSingle = (handle, isSingle) => {
        handle.#isSingle = isSingle === true;
      };
      setParams = (handle, level, strategy) => {
        const failure = handle.#started().setParams(level | 0, strategy | 0);
        if (failure !== "") report(handle, failure, -2);
      };
    }

    #started() {
      if (this.#stream === null) throw new Error("the compression stream is not initialized");
      if (this.#isClosed) throw new Error("the compression stream is closed");
      return this.#stream;
    }

    /** What is to be written. The numbers are checked against the buffers in Rust. */
    #begin(flush, input, inOffset, inLength, out, outOffset, outLength, state) {
      const write = {
        __proto__: null,
        flush: flush >>> 0,
        input: input ?? NO_BYTES,
        inOffset: inOffset >>> 0,
        inLength: inLength >>> 0,
        out,
        outOffset: outOffset >>> 0,
        outLength: outLength >>> 0,
        state,
        isSingle: this.#isSingle,
        message: "",
        errno: 0,
      };
      this.#started();
      if (this.#isWriting) throw new Error("a write is in progress");
      return write;
    }

    #finish(write) {
      this.#isWriting = false;
      if (write.message !== "") {
        report(this, write.message, write.errno);
      } else if (write.state !== undefined && write.state !== null) {
        write.state[0] = write.outLength;
        write.state[1] = write.inLength;
      }
    }

    writeSync(flush, input, inOffset, inLength, out, outOffset, outLength, state) {
      const write = this.#begin(flush, input, inOffset, inLength, out, outOffset, outLength, state);
      const stream = this.#stream;
      if (!stream.open(false)) throw new ERR_ZLIB_INITIALIZATION_FAILED(TOO_MANY);
      while (!stream.slice(write));
      this.#finish(write);
    }

    write(flush, input, inOffset, inLength, out, outOffset, outLength, state) {
      const write = this.#begin(flush, input, inOffset, inLength, out, outOffset, outLength, state);
      const stream = this.#stream;
      const isOpen = stream.open(true);
      while (isOpen && !stream.isTurnOver) {
        if (stream.slice(write)) return this.#finish(write);
      }
      this.#isWriting = true;
      this._callbackPending = false;
      if (isOpen) later(() => this.#continue(write));
      else this.#wait(write);
    }

    #wait(write) {
      whenClosed(() => {
        this.#continue(write);
        return this.#stream.isOpen;
      }, () => {
        write.message = `ERR_ZLIB_INITIALIZATION_FAILED ${TOO_MANY}`;
        this.#end(write);
      });
    }

    /** Goes on with a write in a later turn. */
    #continue(write) {
      let isDone = this.#isClosed;
      try {
        isDone ||= this.#proceed(write);
      } catch {
        // Its buffers are gone.
        write.message = "Z_STREAM_ERROR Zlib error";
        write.errno = -2;
        isDone = true;
      }
      if (isDone) this.#end(write);
    }

    /** Writes one slice at least, whatever others did in this turn. Returns whether the write is done; if not, it goes on later. */
    #proceed(write) {
      const stream = this.#stream;
      if (!stream.open(true)) {
        this.#wait(write);
        return false;
      }
      do {
        if (stream.slice(write)) return true;
      } while (!stream.isTurnOver);
      later(() => this.#continue(write));
      return false;
    }

    /** Ends a write that took several turns. */
    #end(write) {
      if (this.#isClosed) this.#isWriting = false;
      else this.#finish(write);
      // After what `onerror` has put off to the next tick.
      if (typeof this.#done === "function") nextTick(() => ReflectApply(this.#done, this, []));
    }

    reset() {
      this.#started().reset();
    }

    close() {
      this.#isClosed = true;
      this.#stream?.close();
    }
  }

  return { __proto__: null, Handle, setParams, setSingle, start };
})();
