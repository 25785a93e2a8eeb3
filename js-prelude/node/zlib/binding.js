// Stands for deno_node's `_zlib_binding.mjs`: the handles of `zlib` as plain objects over native streams, and the checksum.
//
// `zlib.js` of deno_node makes a handle for each stream and calls it as it calls Node's own.
//
// Invariant: what is reachable from `stream._handle` is JavaScript: what it is called with reaches Rust as numbers and bytes.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_zip_crc32 } = core.ops;
  const {
    ArrayBufferIsView,
    DataViewPrototypeGetBuffer,
    DataViewPrototypeGetByteLength,
    DataViewPrototypeGetByteOffset,
    MathMin,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    TypedArrayPrototypeGetSymbolToStringTag,
    Uint32Array,
    Uint8Array,
  } = primordials;
  const { Handle, setParams, setSingle, start } = core.loadExtScript("ext:skep/node/zlib/handle.js");
  const { BROTLI_DECODE, BROTLI_ENCODE, Stream } = core.loadExtScript("ext:skep/node/zlib/streams.js");
  const { refusedClass } = core.loadExtScript("ext:skep/node/refused.js");
  const { ERR_ZLIB_INITIALIZATION_FAILED } = core.loadExtScript("ext:deno_node/internal/errors.ts").codes;

  const NO_BYTES = new Uint8Array(0);

  /** A parameter of brotli that is not set. */
  const UNSET = 0xffffffff;
  const BROTLI_PARAMS = 10;
  const DISABLE_LITERAL_CONTEXT_MODELING = 4;
  const DECODER_LARGE_WINDOW = 1;

  /** Of a dictionary; deflate looks back 32 KB. */
  const DICTIONARY_BYTES = 1024 * 1024;

  /** As many bytes are hashed at once. */
  const CRC_BYTES = 4 * 1024 * 1024;

  class Zlib extends Handle {
    #mode;

    constructor(mode) {
      super();
      this.#mode = mode >>> 0;
    }

    init(windowBits, level, memLevel, strategy, done, dictionary) {
      let copy = NO_BYTES;
      if (ArrayBufferIsView(dictionary)) {
        copy = bytesOf(dictionary);
        if (TypedArrayPrototypeGetByteLength(copy) > DICTIONARY_BYTES) {
          throw new ERR_ZLIB_INITIALIZATION_FAILED("Initialization failed: a dictionary has at most 1 MB in a function");
        }
        copy = new Uint8Array(copy);
      }
      const params = new Uint32Array(4);
      params[0] = windowBits;
      params[1] = level;
      params[2] = memLevel;
      params[3] = strategy;
      start(this, new Stream(this.#mode, params, copy), done);
    }

    params(level, strategy) {
      setParams(this, level, strategy);
    }

    setRejectGarbageAfterEnd(rejects) {
      setSingle(this, rejects);
    }
  }

  /** A copy of the parameters, which `zlib.js` keeps in one array for all streams. */
  function copyParams(params) {
    const copy = new Uint32Array(BROTLI_PARAMS);
    for (let i = 0; i < BROTLI_PARAMS; i++) copy[i] = params[i] ?? UNSET;
    return copy;
  }

  class BrotliEncoder extends Handle {
    /** Returns whether the parameters are valid. */
    init(params, done) {
      const copy = copyParams(params);
      const context = copy[DISABLE_LITERAL_CONTEXT_MODELING];
      if (context > 1 && context !== UNSET) return false;
      start(this, new Stream(BROTLI_ENCODE, copy, NO_BYTES), done);
      return true;
    }

    params() {}
  }

  class BrotliDecoder extends Handle {
    /** Returns whether the parameters are valid: a large window is up to a gigabyte. */
    init(params, done) {
      const copy = copyParams(params);
      const large = copy[DECODER_LARGE_WINDOW];
      if (large !== 0 && large !== UNSET) return false;
      start(this, new Stream(BROTLI_DECODE, copy, NO_BYTES), done);
      return true;
    }

    params() {}
  }

  const ZSTD_INSTEAD = "use brotli, gzip or deflate";
  const ZstdCompress = refusedClass("zstd compression (node:zlib)", ZSTD_INSTEAD);
  const ZstdDecompress = refusedClass("zstd decompression (node:zlib)", ZSTD_INSTEAD);

  /** The bytes of a view. */
  function bytesOf(view) {
    return TypedArrayPrototypeGetSymbolToStringTag(view) === undefined
      ? new Uint8Array(DataViewPrototypeGetBuffer(view), DataViewPrototypeGetByteOffset(view), DataViewPrototypeGetByteLength(view))
      : new Uint8Array(TypedArrayPrototypeGetBuffer(view), TypedArrayPrototypeGetByteOffset(view), TypedArrayPrototypeGetByteLength(view));
  }

  function crc32(data, before) {
    const bytes = typeof data === "string" ? core.encode(data) : bytesOf(data);
    const length = TypedArrayPrototypeGetByteLength(bytes);
    if (length <= CRC_BYTES) return op_skep_zip_crc32(bytes, before);
    const buffer = TypedArrayPrototypeGetBuffer(bytes);
    const offset = TypedArrayPrototypeGetByteOffset(bytes);
    for (let at = 0; at < length; at += CRC_BYTES) {
      before = op_skep_zip_crc32(new Uint8Array(buffer, offset + at, MathMin(CRC_BYTES, length - at)), before);
    }
    return before;
  }

  const all = { BrotliDecoder, BrotliEncoder, crc32, Zlib, ZstdCompress, ZstdDecompress };
  return { __proto__: null, ...all, default: all };
})();
