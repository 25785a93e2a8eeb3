// What costs time on purpose, `pbkdf2` and `scrypt`, and random bytes.
//
// node/crypto/guards.js hands these ops to deno_node's files. The synchronous ones cannot be interrupted, and hold the instance's thread;
// the others wait for their turn on a helper thread, one of an instance after another (guards/lazy/crypto_turns.js).
//
// Invariant: no synchronous op takes more than about a second, and none more memory than 64 MB.

(function () {
  const { core, primordials } = __bootstrap;
  const { MathCeil, NumberIsInteger, NumberIsSafeInteger, RangeError, Uint8Array } = primordials;
  const {
    op_node_fill_random,
    op_node_get_hash_size,
    op_node_pbkdf2,
    op_node_pbkdf2_async,
    op_node_pbkdf2_validate,
    op_node_random_int,
    op_node_scrypt_async,
    op_node_scrypt_sync,
  } = core.ops;
  const { bytesOf, coded, copyOf, inSlices, later, lengthOf, tooMuch } = core.loadExtScript("ext:skep/node/crypto/bytes.js");
  const { inTurn } = core.loadExtScript("ext:skep/guards/lazy/crypto_turns.js");

  const PASSWORD_MAX = 1024 * 1024;
  const SALT_MAX = 64 * 1024;
  const KEY_MAX = 1024 * 1024;
  // Iterations times blocks of the key. The slowest digest does a million of them in a second, without optimization.
  const ITERATIONS_MAX = 10_000_000;
  const SYNC_ITERATIONS_MAX = 1_000_000;
  /** Digests that do more than two millions. */
  const FAST = { __proto__: null, sha1: true, sha224: true, sha256: true };
  const SCRYPT_MEMORY_MAX = 64 * 1024 * 1024;
  const SCRYPT_LANES_MAX = 1024 * 1024;
  // N times r times p: a million takes half a second, without optimization.
  const SCRYPT_COST_MAX = 2 ** 23;
  const SCRYPT_SYNC_COST_MAX = 2 ** 20;
  const RANDOM_SLICE = 1024 * 1024;

  const ofLength = (length) => {
    if (!NumberIsSafeInteger(length) || length < 0 || length > KEY_MAX) tooMuch("keylen", `keylen is at most ${KEY_MAX}`);
    return length;
  };

  // ---- pbkdf2 -------------------------------------------------------------------------------------------------------------

  /** Refuses what takes longer than `most` iterations of one block. */
  function boundPbkdf2(salt, iterations, digest, length, most, instead) {
    if (!NumberIsSafeInteger(iterations) || iterations < 1) throw coded(new RangeError("iterations is at least 1"), "ERR_OUT_OF_RANGE");
    const blocks = MathCeil(length / (op_node_get_hash_size(digest) ?? 16));
    if (blocks * (iterations + lengthOf(salt) / 64) > most) {
      tooMuch("iterations", `iterations times blocks of the key are at most ${most}${instead}`);
    }
  }

  function pbkdf2(password, salt, iterations, digest, output) {
    const given = bytesOf(password, "password", PASSWORD_MAX);
    const salted = bytesOf(salt, "salt", SALT_MAX);
    const key = bytesOf(output, "keylen", KEY_MAX);
    boundPbkdf2(salted, iterations, digest, lengthOf(key), FAST[digest] ? 2 * SYNC_ITERATIONS_MAX : SYNC_ITERATIONS_MAX, " in pbkdf2Sync: use pbkdf2");
    return op_node_pbkdf2(given, salted, iterations, digest, key);
  }

  async function pbkdf2Later(password, salt, iterations, digest, length) {
    const given = copyOf(password, "password", PASSWORD_MAX);
    const salted = copyOf(salt, "salt", SALT_MAX);
    boundPbkdf2(salted, iterations, digest, ofLength(length), ITERATIONS_MAX, "");
    return await inTurn(() => op_node_pbkdf2_async(given, salted, iterations, digest, length));
  }

  // ---- scrypt -------------------------------------------------------------------------------------------------------------

  function boundScrypt(logN, r, p, most, instead) {
    if (!NumberIsInteger(logN) || logN < 1 || logN > 31 || !NumberIsSafeInteger(r) || r < 1 || !NumberIsSafeInteger(p) || p < 1) {
      throw coded(new RangeError("Invalid scrypt params"), "ERR_CRYPTO_INVALID_SCRYPT_PARAMS");
    }
    const n = 2 ** logN;
    if (128 * n * r > SCRYPT_MEMORY_MAX) tooMuch("scrypt", `128 times N times r is at most ${SCRYPT_MEMORY_MAX}`);
    if (128 * r * p > SCRYPT_LANES_MAX) tooMuch("scrypt", `128 times r times p is at most ${SCRYPT_LANES_MAX}`);
    if (n * r * p > most) tooMuch("scrypt", `N times r times p is at most ${most}${instead}`);
  }

  function scrypt(password, salt, length, logN, r, p, memory, output) {
    boundScrypt(logN, r, p, SCRYPT_SYNC_COST_MAX, " in scryptSync: use scrypt");
    const key = bytesOf(output, "keylen", KEY_MAX);
    if (ofLength(length) !== lengthOf(key)) throw new RangeError("the key has another length");
    return op_node_scrypt_sync(copyOf(password, "password", PASSWORD_MAX), copyOf(salt, "salt", SALT_MAX), length, logN, r, p, memory, key);
  }

  async function scryptLater(password, salt, length, logN, r, p, memory) {
    boundScrypt(logN, r, p, SCRYPT_COST_MAX, "");
    const given = copyOf(password, "password", PASSWORD_MAX);
    const salted = copyOf(salt, "salt", SALT_MAX);
    ofLength(length);
    return await inTurn(() => op_node_scrypt_async(given, salted, length, logN, r, p, memory));
  }

  // ---- random -------------------------------------------------------------------------------------------------------------

  function fill(buffer) {
    inSlices(bytesOf(buffer, "buffer"), RANDOM_SLICE, (slice) => op_node_fill_random(slice));
  }

  function fillLater(size) {
    return later(() => {
      const bytes = new Uint8Array(size);
      fill(bytes);
      return bytes;
    });
  }

  function randomInt(min, max) {
    if (!NumberIsSafeInteger(min) || !NumberIsSafeInteger(max) || min >= max) {
      throw coded(new RangeError("max must be greater than min"), "ERR_OUT_OF_RANGE");
    }
    return op_node_random_int(min, max);
  }

  return {
    __proto__: null,
    op_node_fill_random: fill,
    op_node_fill_random_async: fillLater,
    op_node_pbkdf2: pbkdf2,
    op_node_pbkdf2_async: pbkdf2Later,
    op_node_pbkdf2_validate,
    op_node_random_int: randomInt,
    op_node_scrypt_async: scryptLater,
    op_node_scrypt_sync: scrypt,
  };
})();
