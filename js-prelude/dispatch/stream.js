// An answer whose body is a stream or large: its head at once, then piece by piece.
//
// respond.js passes the handler's stream, or the bytes or text of a large answer; pieces go to Rust (op_skep_stream_*), which passes them on
// as fast as the client takes them.
//
// Invariant: after a piece that Rust has no room for, none is read before there is room. A client that leaves fires `request.signal` and
// cancels the stream: Rust may notice it first (index.js), or this file, when Rust takes no further piece. Of an answer that no client reads
// Rust keeps a few pieces, however large it is. The rest stays with the instance, which has a limit.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_is_within_memory, op_skep_reply_stream, op_skep_stream_close, op_skep_stream_ready, op_skep_stream_write } = core.ops;
  const {
    Error,
    MapPrototypeDelete,
    MapPrototypeSet,
    MathMin,
    PromisePrototypeThen,
    RangeError,
    StringPrototypeCharCodeAt,
    StringPrototypeSlice,
    TypeError,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    TypedArrayPrototypeGetSymbolToStringTag,
    Uint8Array,
  } = primordials;
  const { abortRequest } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const { describe, firstLine } = internals.errors;
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");

  /** Bytes that Rust copies at a time; OUTBOUND_CHUNKS of them wait there (runtime/call/in_flight/body.rs). */
  const PIECE_BYTES = 64 << 10;

  /** Characters that are encoded at a time: at most three bytes each. */
  const PIECE_CHARACTERS = 32 << 10;

  /** In the place of a body's length: a stream ends where it ends. */
  const UNKNOWN_LENGTH = -1;

  const NOT_READ = "the answer was not read to its end";

  // As in respond.js.
  let fastWrite;

  const bind = (ops) => ({ op_skep_stream_write: fastWrite } = ops);

  function write(id, piece) {
    return fastWrite === undefined ? op_skep_stream_write(id, piece) : fastWrite(id, piece);
  }

  function replyStream(call, status, headers, stream) {
    const reader = stream.getReader();
    op_skep_reply_stream(call.id, status, headers, UNKNOWN_LENGTH);
    call.reader = reader;
    follow(call, pump(call, reader));
  }

  /** Sends bytes in pieces. They are not copied as a whole: what the function writes to them meanwhile, the client may see. */
  function replyPieces(call, status, headers, bytes) {
    const length = TypedArrayPrototypeGetByteLength(bytes);
    let at = 0;
    const next = () => {
      if (at >= length) return null;
      const piece = pieceOf(bytes, at, length);
      at += PIECE_BYTES;
      return piece;
    };
    sendPieces(call, status, headers, length, next);
  }

  /** Sends a text in pieces, each encoded when there is room for it. */
  function replyTextPieces(call, status, headers, text) {
    let at = 0;
    const next = () => {
      if (at >= text.length) return null;
      let end = MathMin(at + PIECE_CHARACTERS, text.length);
      if (end < text.length && isHighSurrogate(StringPrototypeCharCodeAt(text, end - 1))) end--;
      const piece = core.encode(StringPrototypeSlice(text, at, end));
      at = end;
      return piece;
    };
    sendPieces(call, status, headers, core.byteLength(text), next);
  }

  /**
   * Sends a body of `length` bytes, piece by piece. The first piece comes before the head: V8 flattens a text for it. Throws if the instance
   * is then beyond its limit, so that the client gets a fault and not an answer that is cut.
   */
  function sendPieces(call, status, headers, length, next) {
    const first = next();
    if (!op_skep_is_within_memory()) throw new RangeError("it needs more memory than memory_mb allows");
    op_skep_reply_stream(call.id, status, headers, length);
    follow(call, pumpPieces(call, next, first));
  }

  /** The first half of a character of two: the two are encoded together. */
  function isHighSurrogate(code) {
    return code >= 0xd800 && code <= 0xdbff;
  }

  /** The piece that begins at `at`. Throws if the bytes are gone: a function may have transferred their buffer. */
  function pieceOf(bytes, at, length) {
    const offset = TypedArrayPrototypeGetByteOffset(bytes) + at;
    return new Uint8Array(TypedArrayPrototypeGetBuffer(bytes), offset, MathMin(PIECE_BYTES, length - at));
  }

  /** A client that leaves while the body is sent fires `request.signal`. */
  function follow(call, sent) {
    MapPrototypeSet(pendingCalls, call.id, call);
    call.isStreaming = true;
    const forget = (error) => {
      MapPrototypeDelete(pendingCalls, call.id);
      call.end(error);
    };
    PromisePrototypeThen(sent, forget, forget);
  }

  /** The client left: fires `request.signal` and cancels the stream that is sent. Does nothing the second time. */
  function abandon(call) {
    if (!MapPrototypeDelete(pendingCalls, call.id)) return;
    call.end(new Error("the client left, or a limit answered for the function"));
    if (call.onLeave !== null) {
      call.onLeave();
      return;
    }
    try {
      if (call.request !== null) abortRequest(call.request); // Else nothing of the function sees one.
    } finally {
      // A stream that waits for an event would learn of it only with its next chunk.
      if (call.reader !== null) PromisePrototypeThen(call.reader.cancel(new Error("the client left")), undefined, () => {});
    }
  }

  /** Writes a piece as soon as there is room for it. False: the client left, or takes nothing. */
  async function writeLater(id, piece) {
    do {
      if (!(await op_skep_stream_ready(id))) return false;
    } while (!write(id, piece));
    return true;
  }

  /** Moves the pieces of a large answer, `first` and those of `next`, to the client as fast as it takes them. Returns the error that ended it. */
  async function pumpPieces(call, next, first) {
    const { id } = call;
    try {
      for (let piece = first; piece !== null; piece = next()) {
        if (!write(id, piece) && !(await writeLater(id, piece))) {
          op_skep_stream_close(id, NOT_READ);
          abandon(call);
          return null;
        }
      }
      op_skep_stream_close(id, "");
      return null;
    } catch (error) {
      op_skep_stream_close(id, firstLine(describe(error)) || "the body stream failed");
      return error;
    }
  }

  /** Moves chunks to the client as fast as it takes them. A client that leaves cancels the stream. Returns the error that ended it. */
  async function pump(call, reader) {
    const { id } = call;
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        const chunk = typeof value === "string" ? core.encode(value) : value;
        if (TypedArrayPrototypeGetSymbolToStringTag(chunk) !== "Uint8Array") {
          throw new TypeError("a response body stream may carry only Uint8Array chunks");
        }
        const length = TypedArrayPrototypeGetByteLength(chunk);
        for (let at = 0; at < length; at += PIECE_BYTES) {
          const piece = length <= PIECE_BYTES ? chunk : pieceOf(chunk, at, length);
          if (!write(id, piece) && !(await writeLater(id, piece))) {
            op_skep_stream_close(id, NOT_READ);
            abandon(call);
            return null;
          }
        }
      }
      op_skep_stream_close(id, "");
      return null;
    } catch (error) {
      op_skep_stream_close(id, firstLine(describe(error)) || "the body stream failed");
      PromisePrototypeThen(reader.cancel(error), undefined, () => {});
      return error;
    }
  }

  return { abandon, bind, PIECE_BYTES, replyPieces, replyStream, replyTextPieces, writeLater };
})();
