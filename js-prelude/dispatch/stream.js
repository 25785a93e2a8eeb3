// An answer whose body is a stream: its head at once, then chunk by chunk.
//
// respond.js passes the handler's stream; chunks go to Rust (op_skep_stream_*), which passes them on as fast as the client takes them.
//
// Invariant: after a chunk that Rust has no room for, none is read before there is room, and a client that leaves cancels the stream.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_reply_stream, op_skep_stream_close, op_skep_stream_ready, op_skep_stream_write } = core.ops;
  const {
    Error,
    MapPrototypeDelete,
    MapPrototypeSet,
    PromisePrototypeThen,
    TypeError,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetSymbolToStringTag,
  } = primordials;
  const { describe, firstLine } = internals.errors;
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");

  function replyStream(call, status, headers, stream) {
    const reader = stream.getReader();
    op_skep_reply_stream(call.id, status, headers);
    call.reader = reader;
    MapPrototypeSet(pendingCalls, call.id, call); // A client that leaves while the body streams fires request.signal.
    const forget = () => MapPrototypeDelete(pendingCalls, call.id);
    PromisePrototypeThen(pump(call.id, reader), forget, forget);
  }

  /** Moves chunks to the client as fast as it takes them. A client that leaves cancels the stream. */
  async function pump(id, reader) {
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        const chunk = typeof value === "string" ? core.encode(value) : value;
        if (TypedArrayPrototypeGetSymbolToStringTag(chunk) !== "Uint8Array") {
          throw new TypeError("a response body stream may carry only Uint8Array chunks");
        }
        if (TypedArrayPrototypeGetByteLength(chunk) === 0) continue;
        if (!op_skep_stream_write(id, chunk) && !(await op_skep_stream_ready(id))) {
          op_skep_stream_close(id, "");
          await reader.cancel(new Error("the client left"));
          return;
        }
      }
      op_skep_stream_close(id, "");
    } catch (error) {
      op_skep_stream_close(id, firstLine(describe(error)) || "the body stream failed");
      PromisePrototypeThen(reader.cancel(error), undefined, () => {});
    }
  }

  return { replyStream };
})();
