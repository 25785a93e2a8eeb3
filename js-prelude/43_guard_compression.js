// CompressionStream and DecompressionStream with the weight of what the host keeps for them.
//
// A compressor is a few objects in the heap and some hundred kilobytes outside, where no limit sees them: 64 MB of `new CompressionStream("gzip")`
// were 6.8 GB. Each gets a companion of its weight that lives as long and is counted. Loaded in each isolate at the first use of one of the classes.
//
// Invariant: a compressor exists only beside its companion, and loses it when it is finished.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayBuffer, ArrayBufferPrototypeTransfer, SafeWeakMap, WeakMapPrototypeDelete, WeakMapPrototypeGet, WeakMapPrototypeSet } = primordials;
  const { op_compression_finish: finish, op_compression_new: create } = core.ops;

  // Measured over 100 of each after 5 MB; a decoder's window depends on what it reads, and is at most 16 MB.
  const ENCODER_BYTES = 384 * 1024;
  const DECODER_BYTES = 128 * 1024;
  const BROTLI_ENCODER_BYTES = 8 * 1024 * 1024;
  const BROTLI_DECODER_BYTES = 4 * 1024 * 1024;

  const companions = new SafeWeakMap();

  function weight(format, decodes) {
    if (format === "brotli") return decodes ? BROTLI_DECODER_BYTES : BROTLI_ENCODER_BYTES;
    return decodes ? DECODER_BYTES : ENCODER_BYTES;
  }

  core.ops.op_compression_new = (format, decodes) => {
    const companion = new ArrayBuffer(weight(format, decodes));
    const made = create(format, decodes);
    WeakMapPrototypeSet(companions, made, companion);
    return made;
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
