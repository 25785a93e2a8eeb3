// Names of ciphers, and their errors in Node's words.
//
// ciphers.js loads it; deno_node's files ask for `cipherName` and `cipherNames` (`src/polyfills/cut.rs`).
//
// Invariant: every name of a cipher leads to the one name that deno_node and Rust know.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeFilter,
    ArrayPrototypePush,
    ArrayPrototypeSort,
    Error,
    RangeError,
    StringPrototypeEndsWith,
    StringPrototypeStartsWith,
    StringPrototypeToLowerCase,
    TypeError,
  } = primordials;
  const { badDecrypt, coded, opensslError } = core.loadExtScript("ext:skep/node/crypto/bytes.js");

  const ALIASES = {
    __proto__: null,
    aes128: "aes-128-cbc",
    aes192: "aes-192-cbc",
    aes256: "aes-256-cbc",
    "id-aes128-gcm": "aes-128-gcm",
    "id-aes192-gcm": "aes-192-gcm",
    "id-aes256-gcm": "aes-256-gcm",
  };

  /** What Rust does not have, and chained.js makes of ECB. */
  const CHAINED = "aes-192-cbc";

  /** The one name of a cipher that has several, in any case. deno_node knows ciphers by it. */
  function cipherName(name) {
    const lower = StringPrototypeToLowerCase(name);
    return ALIASES[lower] ?? lower;
  }

  /** The names that deno_node knows, which are sorted, and what is added to them. */
  function cipherNames(known) {
    const all = ArrayPrototypeFilter(known, (name) => name !== CHAINED);
    ArrayPrototypePush(all, CHAINED);
    return ArrayPrototypeSort(all);
  }

  /** Errors as Node has them. */
  function nodeError(error) {
    switch (error.message) {
      case "Invalid key length":
        return coded(new RangeError("Invalid key length"), "ERR_CRYPTO_INVALID_KEYLEN");
      case "Invalid initialization vector":
      case "IV length must be 12 bytes":
        return coded(new TypeError("Invalid initialization vector"), "ERR_CRYPTO_INVALID_IV");
      case "Unsupported state or unable to authenticate data":
        return new Error(error.message);
      case "AES wrap failed":
      case "AES unwrap failed":
        return new Error("Trying to add data in unsupported state");
      case "bad decrypt":
        return badDecrypt();
      case "error:1C80006B:Provider routines::wrong final block length":
        return opensslError("1C80006B", "Provider routines", "wrong final block length", "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH");
    }
    if (StringPrototypeStartsWith(error.message, "Invalid authentication tag length")) {
      return coded(new TypeError(error.message), "ERR_CRYPTO_INVALID_AUTH_TAG");
    }
    return error;
  }

  function inNodesWords(work) {
    try {
      return work();
    } catch (error) {
      throw nodeError(error);
    }
  }

  /** Bytes of a block; 1 of a cipher without blocks. */
  function blockOf(name) {
    if (StringPrototypeStartsWith(name, "des")) return 8;
    return StringPrototypeEndsWith(name, "-cbc") || StringPrototypeEndsWith(name, "-ecb") ? 16 : 1;
  }

  return { __proto__: null, ALIASES, blockOf, CHAINED, cipherName, cipherNames, inNodesWords, nodeError };
})();
