// New keys: `generateKeyPair`, `generateKey`.
//
// node/crypto/guards.js hands these ops to deno_node's files.
//
// Invariant: no synchronous call takes more than about a second in one piece, and slow ones on helper threads run one after another.

(function () {
  const { core, primordials } = __bootstrap;
  const { Error, NumberIsSafeInteger, SafeWeakMap, WeakMapPrototypeGet, WeakMapPrototypeSet } = primordials;
  const ops = core.ops;
  const { coded, later, tooMuch, weighed } = core.loadExtScript("ext:skep/node/crypto/bytes.js");
  const { derive, made, PRIVATE_WEIGHT, PSS_SALT_MAX, PUBLIC_WEIGHT, RSA_BITS_MAX, RSA_BITS_MIN } = core.loadExtScript(
    "ext:skep/node/crypto/keys.js",
  );
  const { generateRsa } = core.loadExtScript("ext:skep/node/crypto/primes.js");
  const { inTurn } = core.loadExtScript("ext:skep/guards/lazy/crypto_turns.js");

  /** Above it, the synchronous op would take seconds: JavaScript looks for the primes, where a limit can strike. */
  const RSA_SYNC_BITS_MAX = 2048;
  const SECRET_MAX = 1024 * 1024;

  /** The pairs that were made of primes. */
  const pairs = new SafeWeakMap();

  function boundRsa(bits, exponent, saltLength) {
    if (!NumberIsSafeInteger(bits) || bits < RSA_BITS_MIN) throw new Error("error:1C8000AB:Provider routines::key size too small");
    if (bits > RSA_BITS_MAX) tooMuch("modulusLength", `modulusLength is at most ${RSA_BITS_MAX}`);
    // With another exponent, Rust may look for primes without end, or panic.
    if (exponent !== 65537 && exponent !== 3 && exponent !== 17 && exponent !== 257) tooMuch("publicExponent", "publicExponent is 65537, or 3, 17 or 257");
    if (saltLength !== undefined && !(saltLength <= PSS_SALT_MAX)) tooMuch("saltLength", `saltLength is at most ${PSS_SALT_MAX}`);
  }

  function generateEc(curve) {
    try {
      return ops.op_node_generate_ec_key(curve);
    } catch (error) {
      throw coded(error, "ERR_CRYPTO_INVALID_CURVE");
    }
  }

  function generateRsaNow(bits, exponent) {
    boundRsa(bits, exponent);
    if (bits <= RSA_SYNC_BITS_MAX) return ops.op_node_generate_rsa_key(bits, exponent);
    const jwk = generateRsa(bits, exponent);
    const pair = { __proto__: null };
    const privateKey = made(false, () => ops.op_node_create_rsa_jwk(jwk, false));
    WeakMapPrototypeSet(pairs, pair, { __proto__: null, privateKey, publicKey: derive(privateKey) });
    return pair;
  }

  function generatePssNow(bits, exponent, hash, mgf1Hash, saltLength) {
    boundRsa(bits, exponent, saltLength);
    if (bits > RSA_SYNC_BITS_MAX) {
      tooMuch("modulusLength", `modulusLength is at most ${RSA_SYNC_BITS_MAX} in generateKeyPairSync("rsa-pss"): use generateKeyPair`);
    }
    return ops.op_node_generate_rsa_pss_key(bits, exponent, hash, mgf1Hash, saltLength);
  }

  async function generateRsaLater(bits, exponent) {
    boundRsa(bits, exponent);
    return await inTurn(() => ops.op_node_generate_rsa_key_async(bits, exponent));
  }

  async function generatePssLater(bits, exponent, hash, mgf1Hash, saltLength) {
    boundRsa(bits, exponent, saltLength);
    return await inTurn(() => ops.op_node_generate_rsa_pss_key_async(bits, exponent, hash, mgf1Hash, saltLength));
  }

  function privateFrom(pair) {
    return WeakMapPrototypeGet(pairs, pair)?.privateKey ?? weighed(PRIVATE_WEIGHT, () => ops.op_node_get_private_key_from_pair(pair));
  }

  function publicFrom(pair) {
    return WeakMapPrototypeGet(pairs, pair)?.publicKey ?? weighed(PUBLIC_WEIGHT, () => ops.op_node_get_public_key_from_pair(pair));
  }

  function generateSecret(length) {
    if (!(length >= 0 && length <= SECRET_MAX)) tooMuch("length", `a secret key has at most ${SECRET_MAX} bytes`);
    return weighed(length, () => ops.op_node_generate_secret_key(length));
  }

  return {
    __proto__: null,
    op_node_generate_ec_key: generateEc,
    op_node_generate_ec_key_async: (curve) => later(() => generateEc(curve)),
    op_node_generate_ed25519_key: ops.op_node_generate_ed25519_key,
    op_node_generate_ed25519_key_async: () => later(() => ops.op_node_generate_ed25519_key()),
    op_node_generate_rsa_key: generateRsaNow,
    op_node_generate_rsa_key_async: generateRsaLater,
    op_node_generate_rsa_pss_key: generatePssNow,
    op_node_generate_rsa_pss_key_async: generatePssLater,
    op_node_generate_secret_key: generateSecret,
    op_node_generate_secret_key_async: (length) => later(() => generateSecret(length)),
    op_node_generate_x25519_key: ops.op_node_generate_x25519_key,
    op_node_generate_x25519_key_async: () => later(() => ops.op_node_generate_x25519_key()),
    op_node_get_private_key_from_pair: privateFrom,
    op_node_get_public_key_from_pair: publicFrom,
  };
})();
