// Hashes, and keys derived from keys by them: `createHash`, `createHmac`, `hkdf`.
//
// node/crypto/guards.js hands these ops to deno_node's files.
//
// Invariant: one call into Rust hashes a slice at most, and every hash weighs what it keeps outside the heap.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    Error,
    ReflectDeleteProperty,
    StringPrototypeCharCodeAt,
    StringPrototypeIncludes,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    Uint8Array,
  } = primordials;
  const {
    Hasher,
    op_node_create_hash,
    op_node_get_hash_size,
    op_node_get_hashes,
    op_node_get_symmetric_key_size,
    op_node_hash_clone,
    op_node_hash_digest,
    op_node_hash_digest_hex,
    op_node_hash_update,
    op_node_hash_update_str,
    op_node_hkdf,
  } = core.ops;
  const { bytesOf, inSlices, later, lengthOf, tooMuch, weighed } = core.loadExtScript("ext:skep/node/crypto/bytes.js");

  // Each takes some milliseconds by the slowest of the algorithms.
  const SLICE_BYTES = 512 * 1024;
  const SLICE_CHARACTERS = 128 * 1024;
  /** Bytes of the digest of SHAKE. */
  const OUTPUT_MAX = 1024 * 1024;
  /** The state of the largest algorithm, with what the allocator adds. */
  const HASH_WEIGHT = 512;
  const HKDF_INPUT_MAX = 1024 * 1024;
  /** 255 times the longest digest: more is not defined. */
  const HKDF_OUTPUT_MAX = 255 * 64;

  // Calling it panics in Rust, and every hash would show it.
  ReflectDeleteProperty(Hasher.prototype, "constructor");

  function weightOf(outputLength) {
    if (outputLength === undefined || outputLength === null) return HASH_WEIGHT;
    if (!(outputLength <= OUTPUT_MAX)) tooMuch("outputLength", `outputLength is at most ${OUTPUT_MAX}`);
    return HASH_WEIGHT + outputLength;
  }

  function create(algorithm, outputLength) {
    return weighed(weightOf(outputLength), () => {
      try {
        return op_node_create_hash(algorithm, outputLength);
      } catch (error) {
        throw StringPrototypeStartsWith(error.message, "Digest method not supported") ? new Error("Digest method not supported") : error;
      }
    });
  }

  /** Parts of names, and the bytes that the digests of these names take at once; the others take 64. */
  const BLOCKS = [["sha3-224", 144], ["sha3-256", 136], ["sha3-384", 104], ["sha3-512", 72], ["sha384", 128], ["sha512", 128], ["blake2b", 128]];

  /** The bytes that a digest takes at once: HMAC needs it. `undefined` if there is no such digest, or if it is one of no fixed length. */
  function hashBlockSize(name) {
    if (StringPrototypeStartsWith(name, "shake")) return undefined;
    try {
      op_node_create_hash(name, undefined);
    } catch {
      return undefined;
    }
    for (let i = 0; i < BLOCKS.length; i++) {
      if (StringPrototypeIncludes(name, BLOCKS[i][0])) return BLOCKS[i][1];
    }
    return 64;
  }

  function clone(hash, outputLength) {
    return weighed(weightOf(outputLength), () => op_node_hash_clone(hash, outputLength));
  }

  function update(hash, data) {
    const bytes = bytesOf(data, "data");
    if (lengthOf(bytes) <= SLICE_BYTES) return op_node_hash_update(hash, bytes);
    let isOpen = true;
    inSlices(bytes, SLICE_BYTES, (slice) => {
      isOpen = op_node_hash_update(hash, slice);
    });
    return isOpen;
  }

  /** As `update`, for a text; the halves of a character stay together. */
  function updateText(hash, text) {
    const length = text.length;
    let isOpen = true;
    for (let at = 0, end; at < length || at === 0; at = end) {
      end = at + SLICE_CHARACTERS;
      if (end < length && (StringPrototypeCharCodeAt(text, end - 1) & 0xfc00) === 0xd800) end++;
      isOpen = op_node_hash_update_str(hash, length <= SLICE_CHARACTERS ? text : StringPrototypeSlice(text, at, end));
    }
    return isOpen;
  }

  function hkdf(digest, key, salt, info, output) {
    const bytes = bytesOf(output, "length", HKDF_OUTPUT_MAX);
    if (op_node_get_symmetric_key_size(key) > HKDF_INPUT_MAX) tooMuch("key", `a key for hkdf has at most ${HKDF_INPUT_MAX} bytes`);
    return op_node_hkdf(digest, key, bytesOf(salt, "salt", HKDF_INPUT_MAX), bytesOf(info, "info", HKDF_INPUT_MAX), bytes);
  }

  function hkdfLater(digest, key, salt, info, length) {
    return later(() => {
      if (!(length <= HKDF_OUTPUT_MAX)) tooMuch("length", `length is at most ${HKDF_OUTPUT_MAX}`);
      const output = new Uint8Array(length);
      hkdf(digest, key, salt, info, output);
      return output;
    });
  }

  return {
    __proto__: null,
    hashBlockSize,
    Hasher,
    op_node_create_hash: create,
    op_node_get_hash_size,
    op_node_get_hashes,
    op_node_hash_clone: clone,
    op_node_hash_digest,
    op_node_hash_digest_hex,
    op_node_hash_update: update,
    op_node_hash_update_str: updateText,
    op_node_hkdf: hkdf,
    op_node_hkdf_async: hkdfLater,
  };
})();
