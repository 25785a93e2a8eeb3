// The body of an answer of a ServerResponse: whole if it is as long as the head says, else a stream, piece by piece.
//
// node/http/call_socket.js has one for each call. It goes to Rust through dispatch/.
//
// Invariant: a piece for which Rust has no room holds the writer back.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_reply_empty, op_skep_reply_stream, op_skep_stream_close, op_skep_stream_write } = core.ops;
  const {
    ArrayPrototypePush,
    FunctionPrototypeCall,
    MapPrototypeDelete,
    MathMin,
    PromisePrototypeThen,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    Uint8Array,
  } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { replyBytes, replyText } = core.loadExtScript("ext:skep/dispatch/respond.js");
  const { PIECE_BYTES, writeLater } = core.loadExtScript("ext:skep/dispatch/stream.js");

  /** In the place of a body's length: a stream ends where it ends. */
  const UNKNOWN_LENGTH = -1;

  const isUtf8 = (chunk, encoding) => typeof chunk === "string" && (!encoding || encoding === "utf8" || encoding === "utf-8");

  const bytesOf = ({ chunk, encoding }) =>
    typeof chunk !== "string" ? chunk : isUtf8(chunk, encoding) ? core.encode(chunk) : FunctionPrototypeCall(Buffer.from, Buffer, chunk, encoding);

  class AnswerBody {
    #call;
    #isStreaming = false;
    #onError;

    /** `onError` is told why a piece was not taken. */
    constructor(call, onError) {
      this.#call = call;
      this.#onError = onError;
    }

    get isStreaming() {
      return this.#isStreaming;
    }

    /** Sends the head, and the body if these chunks are all of it; else it returns them: the body streams. `told` is what the head says. */
    begin(response, headers, told, chunks) {
      const { statusCode } = response;
      // `response.end(all)` notes the length of it; the head tells none, because the host frames the body.
      const length = told ?? response._contentLength;
      if (!response._hasBody || length === 0) {
        op_skep_reply_empty(this.#call.id, statusCode, headers);
        return null;
      }
      if (typeof length === "number" && chunks.length === 1) {
        const { chunk, encoding } = chunks[0];
        if (isUtf8(chunk, encoding) && core.byteLength(chunk) === length) {
          replyText(this.#call, statusCode, headers, chunk);
          return null;
        }
        const bytes = bytesOf(chunks[0]);
        if (TypedArrayPrototypeGetByteLength(bytes) === length) {
          replyBytes(this.#call, statusCode, headers, bytes);
          return null;
        }
        chunks[0] = { chunk: bytes, encoding: "buffer" };
      }
      op_skep_reply_stream(this.#call.id, statusCode, headers, UNKNOWN_LENGTH);
      this.#isStreaming = true;
      return chunks;
    }

    /** Sends chunks of a stream; `done` is called when there is room for more. */
    send(chunks, done) {
      const pieces = [];
      for (let i = 0; i < chunks.length; i++) ArrayPrototypePush(pieces, bytesOf(chunks[i]));
      this.#send(pieces, 0, 0, done);
    }

    /** Sends pieces from `at` of the chunk `index` on. */
    #send(chunks, index, at, done) {
      const { id } = this.#call;
      for (; index < chunks.length; index++, at = 0) {
        const chunk = chunks[index];
        const length = TypedArrayPrototypeGetByteLength(chunk);
        for (; at < length; at += PIECE_BYTES) {
          const size = MathMin(PIECE_BYTES, length - at);
          const piece = new Uint8Array(TypedArrayPrototypeGetBuffer(chunk), TypedArrayPrototypeGetByteOffset(chunk) + at, size);
          if (op_skep_stream_write(id, piece)) continue;
          PromisePrototypeThen(writeLater(id, piece), (isTaken) => {
            if (isTaken) this.#send(chunks, index, at + PIECE_BYTES, done);
            else this.#notRead();
          }, this.#onError);
          return;
        }
      }
      done?.();
    }

    /** The client left, or takes nothing. */
    #notRead() {
      this.#isStreaming = false;
      op_skep_stream_close(this.#call.id, "the answer was not read to its end");
      if (MapPrototypeDelete(pendingCalls, this.#call.id)) this.#call.onLeave();
    }

    /** Ends a stream; `why` says what is missing, or is empty. Returns whether there was one. */
    end(why) {
      if (!this.#isStreaming) return false;
      this.#isStreaming = false;
      op_skep_stream_close(this.#call.id, why);
      return true;
    }
  }

  return { __proto__: null, AnswerBody };
})();
