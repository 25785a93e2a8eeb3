// CompressionStream and DecompressionStream with the memory that Rust keeps for them.
//
// api/globals.js loads it at the first use of one of the classes, which come from deno_web; the three ops that they use are wrapped here.
//
// A compressor is a few objects in the heap and some hundred kilobytes outside, where no limit sees them: 64 MB of heap with gzip streams
// were 6.8 GB. Each gets a companion, an ArrayBuffer of its weight that lives as long and counts. Input crosses in slices: a few kilobytes
// can become gigabytes, which Rust would make at once.
//
// Invariant: a compressor exists only beside its companion, and loses it when it is finished.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayBuffer,
    ArrayBufferIsView,
    ArrayBufferPrototypeGetByteLength,
    ArrayBufferPrototypeTransfer,
    ArrayPrototypePush,
    DataViewPrototypeGetBuffer,
    DataViewPrototypeGetByteLength,
    DataViewPrototypeGetByteOffset,
    MathMin,
    SafeWeakMap,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    TypedArrayPrototypeGetSymbolToStringTag,
    TypedArrayPrototypeSet,
    Uint8Array,
    WeakMapPrototypeDelete,
    WeakMapPrototypeGet,
    WeakMapPrototypeSet,
  } = primordials;
  const { op_compression_finish: finish, op_compression_new: create, op_compression_write: write } = core.ops;

  // Measured over 100 of each after 5 MB; a decoder's window depends on what it reads, and is at most 16 MB.
  const ENCODER_BYTES = 384 * 1024;
  const DECODER_BYTES = 128 * 1024;
  const BROTLI_ENCODER_BYTES = 8 * 1024 * 1024;
  const BROTLI_DECODER_BYTES = 4 * 1024 * 1024;

  // Of the input. A byte becomes at most a kilobyte by `deflate`, and was seen to become more than a megabyte by `brotli`.
  const ENCODER_SLICE = 1024 * 1024;
  const DECODER_SLICE = 16 * 1024;
  const BROTLI_DECODER_SLICE = 64;

  const companions = new SafeWeakMap();
  const slices = new SafeWeakMap();

  function weight(format, decodes) {
    if (format === "brotli") return decodes ? BROTLI_DECODER_BYTES : BROTLI_ENCODER_BYTES;
    return decodes ? DECODER_BYTES : ENCODER_BYTES;
  }

  function slice(format, decodes) {
    if (!decodes) return ENCODER_SLICE;
    return format === "brotli" ? BROTLI_DECODER_SLICE : DECODER_SLICE;
  }

  function placeOf(chunk) {
    if (!ArrayBufferIsView(chunk)) return { __proto__: null, buffer: chunk, offset: 0, length: ArrayBufferPrototypeGetByteLength(chunk) };
    if (TypedArrayPrototypeGetSymbolToStringTag(chunk) === undefined) {
      return {
        __proto__: null,
        buffer: DataViewPrototypeGetBuffer(chunk),
        offset: DataViewPrototypeGetByteOffset(chunk),
        length: DataViewPrototypeGetByteLength(chunk),
      };
    }
    return {
      __proto__: null,
      buffer: TypedArrayPrototypeGetBuffer(chunk),
      offset: TypedArrayPrototypeGetByteOffset(chunk),
      length: TypedArrayPrototypeGetByteLength(chunk),
    };
  }

  core.ops.op_compression_new = (format, decodes) => {
    const companion = new ArrayBuffer(weight(format, decodes));
    const made = create(format, decodes);
    WeakMapPrototypeSet(companions, made, companion);
    WeakMapPrototypeSet(slices, made, slice(format, decodes));
    return made;
  };

  core.ops.op_compression_write = (made, chunk) => {
    const most = WeakMapPrototypeGet(slices, made);
    const { buffer, offset, length } = placeOf(chunk);
    if (length <= most) return write(made, chunk);
    const parts = [];
    let total = 0;
    for (let at = 0; at < length; at += most) {
      const part = write(made, new Uint8Array(buffer, offset + at, MathMin(most, length - at)));
      const bytes = TypedArrayPrototypeGetByteLength(part);
      if (bytes === 0) continue;
      ArrayPrototypePush(parts, part);
      total += bytes;
    }
    const whole = new Uint8Array(total);
    for (let i = 0, at = 0; i < parts.length; i++) {
      TypedArrayPrototypeSet(whole, parts[i], at);
      at += TypedArrayPrototypeGetByteLength(parts[i]);
    }
    return whole;
  };

  core.ops.op_compression_finish = (made, report) => {
    const companion = WeakMapPrototypeGet(companions, made);
    if (companion !== undefined) {
      WeakMapPrototypeDelete(companions, made);
      ArrayBufferPrototypeTransfer(companion, 0);
    }
    return finish(made, report);
  };

  return core.loadExtScript("ext:deno_web/14_compression.js");
})();
