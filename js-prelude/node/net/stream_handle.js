// What the handles of connections have in common: texts become bytes before they are written, and counts stand where `net` reads them.
//
// node/net/tcp.js and node/tls/wrap.js extend it; `stream_base_commons.ts` of deno_node calls it as it calls Node's `StreamBase`.
//
// Invariant: all that is written goes through the one function that the handle was made with.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypePush, TypedArrayPrototypeGetByteLength } = primordials;
  const { HandleWrap } = core.loadExtScript("ext:skep/node/handles.js");
  const { kArrayBufferOffset, kBytesWritten, kLastWriteWasAsync, kReadBytesOrError, streamBaseState } = core.loadExtScript(
    "ext:deno_node/internal_binding/stream_wrap.ts",
  );
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");

  class StreamHandle extends HandleWrap {
    #write;
    bytesRead = 0;
    bytesWritten = 0;
    isStreamBase = true;
    onread = null;
    reading = false;

    /** `write` gets the request and bytes, and returns 0 or the code of an error. */
    constructor(provider, write) {
      super(provider);
      this.#write = write;
    }

    writeBuffer(request, bytes) {
      return this.#write(request, bytes);
    }

    writeUtf8String(request, text) {
      return this.#write(request, Buffer.from(text, "utf8"));
    }

    writeAsciiString(request, text) {
      return this.#write(request, Buffer.from(text, "latin1"));
    }

    writeLatin1String(request, text) {
      return this.#write(request, Buffer.from(text, "latin1"));
    }

    writeUcs2String(request, text) {
      return this.#write(request, Buffer.from(text, "utf16le"));
    }

    /** `chunks` are buffers, or each a text or buffer and its encoding. */
    writev(request, chunks, areBuffers) {
      const list = [];
      for (let i = 0; i < chunks.length; i += areBuffers ? 1 : 2) {
        const chunk = chunks[i];
        ArrayPrototypePush(list, typeof chunk === "string" ? Buffer.from(chunk, chunks[i + 1]) : chunk);
      }
      return this.#write(request, Buffer.concat(list));
    }
  }

  /** Notes bytes that a handle takes. Returns how many. */
  function noteWritten(handle, bytes) {
    const length = TypedArrayPrototypeGetByteLength(bytes);
    handle.bytesWritten += length;
    streamBaseState[kBytesWritten] = length;
    streamBaseState[kLastWriteWasAsync] = 1;
    return length;
  }

  /** Notes what the reader is called with next: how many bytes, or why there are no more. */
  function noteRead(count) {
    streamBaseState[kReadBytesOrError] = count;
    streamBaseState[kArrayBufferOffset] = 0;
  }

  return { __proto__: null, noteRead, noteWritten, StreamHandle };
})();
