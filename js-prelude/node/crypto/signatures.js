// What keys are used for: signatures, RSA encryption, shared secrets.
//
// node/crypto/guards.js hands these ops to deno_node's files. The keys have passed keys.js; the buffers that Rust writes to must be exactly
// as long as what it writes: it panics otherwise.
//
// Invariant: no length that Rust relies on comes from a function.

(function () {
  const { core, primordials } = __bootstrap;
  const { Error, StringPrototypeEndsWith, TypedArrayPrototypeSet, Uint8Array } = primordials;
  const ops = core.ops;
  const { bytesOf, copyOf, inOpenssl, lengthOf, opensslError, part, unavailable } = core.loadExtScript("ext:skep/node/crypto/bytes.js");
  const der = core.loadExtScript("ext:skep/node/crypto/der.js");
  const { bytesOf: numberBytes, numberOf } = core.loadExtScript("ext:skep/node/crypto/primes.js");
  const { createPrivateKey, createPublicKey } = core.loadExtScript("ext:skep/node/crypto/keys.js");

  const DIGEST_MAX = 128;
  const SIGNATURE_MAX = 1024;
  const PSS_SALT_MAX = 512;
  const PSS_PADDING = 6;
  const NO_PADDING = 3;
  /** OpenSSL finds the length of the salt in the signature. */
  const PSS_SALT_AUTO = -2;
  /** Ed25519 hashes twice, at once. */
  const ED_DATA_MAX = 64 * 1024 * 1024;
  const LABEL_MAX = 64 * 1024;
  const MESSAGE_MAX = 64 * 1024;
  const POINT_MAX = 256;

  // ---- signatures ---------------------------------------------------------------------------------------------------------

  /** Bytes of a digest below which Rust refuses, though the standard does not: zeros in front change nothing. */
  const DIGEST_MIN = { __proto__: null, secp384r1: 48, secp521r1: 64 };

  function curveOf(key) {
    return ops.op_node_get_asymmetric_key_type(key) === "ec" ? ops.op_node_get_asymmetric_key_details(key).namedCurve : "";
  }

  function digestOf(key, digest) {
    const bytes = bytesOf(digest, "digest", DIGEST_MAX);
    const least = DIGEST_MIN[curveOf(key)] ?? 0;
    if (lengthOf(bytes) >= least) return bytes;
    const padded = new Uint8Array(least);
    TypedArrayPrototypeSet(padded, bytes, least - lengthOf(bytes));
    return padded;
  }

  const tooLarge = () => opensslError("0200006E", "rsa routines", "data too large for key size", "ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE");

  /** Rust would make a salt of this length, whatever the key's. */
  function boundSalt(saltLength) {
    if (saltLength !== undefined && !(saltLength >= -2 && saltLength <= PSS_SALT_MAX)) throw tooLarge();
  }

  function nodeError(error) {
    if (error.message === "failed to sign digest with RSA-PSS" || error.message === "message too long") return tooLarge();
    if (typeof error.message === "string" && StringPrototypeEndsWith(error.message, " digest not allowed")) {
      return opensslError("1C8000AE", "Provider routines", "digest not allowed", "ERR_OSSL_DIGEST_NOT_ALLOWED");
    }
    if (error.code === "ERR_OSSL_RSA_OAEP_DECODING_ERROR") return opensslError("02000079", "rsa routines", "oaep decoding error", error.code);
    return error;
  }

  function inNodesWords(work) {
    try {
      return inOpenssl(work);
    } catch (error) {
      throw nodeError(error);
    }
  }

  function sign(key, digest, algorithm, saltLength, padding, encoding) {
    boundSalt(saltLength);
    return inNodesWords(() => ops.op_node_sign(key, digestOf(key, digest), algorithm, saltLength, padding, encoding));
  }

  function verify(key, digest, algorithm, signature, saltLength, padding, encoding) {
    if (saltLength > PSS_SALT_MAX) return false;
    const bytes = bytesOf(signature, "signature");
    if (lengthOf(bytes) > SIGNATURE_MAX) return false;
    const salt = saltLength === undefined && padding === PSS_PADDING ? PSS_SALT_AUTO : saltLength;
    const sent = digestOf(key, digest);
    if (curveOf(key) === "secp256k1") return verifyLow(key, sent, algorithm, bytes, encoding);
    return ops.op_node_verify(key, sent, algorithm, bytes, salt, padding, encoding);
  }

  // ---- secp256k1 ----------------------------------------------------------------------------------------------------------

  const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

  /** The two numbers of a signature that is DER, at 32 bytes each; null if it is none. */
  function numbersOf(bytes) {
    const whole = new Uint8Array(64);
    let at = 2;
    if (bytes[0] !== 0x30 || bytes[1] !== lengthOf(bytes) - 2) return null;
    for (let i = 0; i < 2; i++) {
      const length = bytes[at + 1];
      if (bytes[at] !== 0x02 || !(length >= 1 && length <= 33) || at + 2 + length > lengthOf(bytes)) return null;
      const first = length === 33 ? at + 3 : at + 2;
      if (length === 33 && bytes[at + 2] !== 0) return null;
      at += 2 + length;
      TypedArrayPrototypeSet(whole, part(bytes, first, at), 32 * (i + 1) - (at - first));
    }
    return at === lengthOf(bytes) ? whole : null;
  }

  /** Rust takes only the lower of the two numbers that the second of a signature may be; OpenSSL takes, and makes, both. */
  function verifyLow(key, digest, algorithm, bytes, encoding) {
    const whole = encoding === 0 ? numbersOf(bytes) : copyOf(bytes, "signature");
    if (whole === null || lengthOf(whole) !== 64) return false;
    const second = numberOf(part(whole, 32, 64));
    if (second > ORDER >> 1n && second < ORDER) TypedArrayPrototypeSet(whole, numberBytes(ORDER - second, 32), 32);
    return ops.op_node_verify(key, digest, algorithm, whole, undefined, undefined, 1);
  }

  function signEd25519(key, data, signature) {
    const output = bytesOf(signature, "signature");
    if (lengthOf(output) !== 64) throw new Error("an Ed25519 signature has 64 bytes");
    return ops.op_node_sign_ed25519(key, bytesOf(data, "data", ED_DATA_MAX), output);
  }

  const verifyEd25519 = (key, data, signature) =>
    ops.op_node_verify_ed25519(key, bytesOf(data, "data", ED_DATA_MAX), bytesOf(signature, "signature", SIGNATURE_MAX));

  // ---- RSA encryption -----------------------------------------------------------------------------------------------------

  function refuseKeyType() {
    const code = "ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE";
    throw opensslError("03000096", "digital envelope routines", "operation not supported for this keytype", code);
  }

  /** A key of any form that Node takes, as `create` reads it. */
  function readKey(data, create, types) {
    if (der.textOf(data) !== null) return create(data, "pem", "", undefined);
    for (let i = 0;; i++) {
      try {
        return create(data, "der", types[i], undefined);
      } catch (error) {
        if (i + 1 === types.length) throw error;
      }
    }
  }

  /** The key as PEM that has passed keys.js, and the bytes of its modulus. */
  function rsaOf(key, write, form) {
    if (ops.op_node_get_asymmetric_key_type(key) !== "rsa") refuseKeyType();
    const size = (ops.op_node_get_asymmetric_key_details(key).modulusLength + 7) >> 3;
    return { __proto__: null, pem: core.encode(write(key, form, null, null)), size };
  }

  const privateRsa = (data) => rsaOf(readKey(data, createPrivateKey, ["pkcs8", "pkcs1"]), ops.op_node_export_private_key_pem, "pkcs8");
  const publicRsa = (data) => rsaOf(readKey(data, createPublicKey, ["spki", "pkcs1", "pkcs8"]), ops.op_node_export_public_key_pem, "spki");

  /** A message that is as long as its padding allows it to be. */
  function messageOf(message, size, padding) {
    const bytes = copyOf(message, "buffer", MESSAGE_MAX);
    if (lengthOf(bytes) > size) throw tooLarge();
    if (padding === NO_PADDING && lengthOf(bytes) < size) {
      throw opensslError("0200007A", "rsa routines", "data too small for key size", "ERR_OSSL_RSA_DATA_TOO_SMALL_FOR_KEY_SIZE");
    }
    return bytes;
  }

  const labelOf = (label) => label === undefined || label === null ? undefined : copyOf(label, "oaepLabel", LABEL_MAX);

  const crypt = (read, op) => (data, message, padding, hash, label) => {
    const { pem, size } = read(data);
    const bytes = messageOf(message, size, padding);
    return inNodesWords(() => op(pem, bytes, padding, hash, labelOf(label)));
  };

  // ---- shared secrets -----------------------------------------------------------------------------------------------------

  /** Bytes of a private key, a public key, a compressed one, and a secret, by curve. */
  const CURVES = {
    __proto__: null,
    prime256v1: [32, 65, 33, 32],
    secp224r1: [28, 57, 29, 28],
    secp256k1: [32, 65, 33, 32],
    secp256r1: [32, 65, 33, 32],
    secp384r1: [48, 97, 49, 48],
    secp521r1: [66, 133, 67, 66],
  };

  /** A buffer for exactly this many bytes. */
  function room(curve, which, buffer) {
    const bytes = bytesOf(buffer, "buffer");
    if (CURVES[curve] === undefined) throw new Error("Invalid EC curve name");
    if (lengthOf(bytes) !== CURVES[curve][which]) throw new Error("a buffer has the wrong length");
    return bytes;
  }

  function generateEcdh(curve, publicKey, privateKey, format) {
    return ops.op_node_ecdh_generate_keys(curve, room(curve, format === "compressed" ? 2 : 1, publicKey), room(curve, 0, privateKey), format);
  }

  const optional = (value, what) => value === null || value === undefined ? null : copyOf(value, what, POINT_MAX);

  function computeEcdh(curve, privateKey, publicKey, other, secret) {
    const own = optional(privateKey, "private key");
    const others = copyOf(other, "public key", POINT_MAX);
    return ops.op_node_ecdh_compute_secret(curve, own, optional(publicKey, "public key"), others, room(curve, 3, secret));
  }

  const refuseEd448 = unavailable("Ed448", "use Ed25519");
  const refuseDh = unavailable("Diffie-Hellman over a prime", "use X25519 or ECDH");
  const refuseDsa = unavailable("DSA", "use Ed25519, ECDSA or RSA");
  const refuseX448 = unavailable("Ed448 and X448", "use Ed25519 and X25519");
  const refuseSpkac = unavailable("crypto.Certificate", "SPKAC is obsolete: use a certificate signing request");

  return {
    __proto__: null,
    op_node_cert_export_challenge: refuseSpkac,
    op_node_cert_export_public_key: refuseSpkac,
    op_node_dh_check: refuseDh,
    op_node_dh_compute_secret: refuseDh,
    op_node_dh_keys_generate_and_export: refuseDh,
    op_node_diffie_hellman: ops.op_node_diffie_hellman,
    op_node_ecdh_compute_public_key: (curve, key, output) =>
      ops.op_node_ecdh_compute_public_key(curve, bytesOf(key, "private key", POINT_MAX), room(curve, 1, output)),
    op_node_ecdh_compute_secret: computeEcdh,
    op_node_ecdh_encode_pubkey: (curve, key, compress) => ops.op_node_ecdh_encode_pubkey(curve, bytesOf(key, "public key", POINT_MAX), !!compress),
    op_node_ecdh_generate_keys: generateEcdh,
    op_node_ecdh_validate_private_key: (curve, key) => ops.op_node_ecdh_validate_private_key(curve, bytesOf(key, "private key", POINT_MAX)),
    op_node_ecdh_validate_public_key: (curve, key) => ops.op_node_ecdh_validate_public_key(curve, bytesOf(key, "public key", POINT_MAX)),
    op_node_generate_dh_group_key: refuseDh,
    op_node_generate_dh_group_key_async: async () => refuseDh(),
    op_node_generate_dh_key: refuseDh,
    op_node_generate_dh_key_async: async () => refuseDh(),
    op_node_generate_dsa_key: refuseDsa,
    op_node_generate_dsa_key_async: async () => refuseDsa(),
    op_node_generate_ed448_key: refuseX448,
    op_node_generate_ed448_key_async: async () => refuseX448(),
    op_node_generate_x448_key: refuseX448,
    op_node_generate_x448_key_async: async () => refuseX448(),
    op_node_private_decrypt: crypt(privateRsa, ops.op_node_private_decrypt),
    op_node_private_encrypt: crypt(privateRsa, ops.op_node_private_encrypt),
    op_node_public_decrypt: crypt(publicRsa, ops.op_node_public_decrypt),
    op_node_public_encrypt: crypt(publicRsa, ops.op_node_public_encrypt),
    op_node_sign: sign,
    op_node_sign_ed25519: signEd25519,
    op_node_sign_ed448: refuseEd448,
    op_node_validate_oaep_hash: ops.op_node_validate_oaep_hash,
    op_node_verify: verify,
    op_node_verify_ed25519: verifyEd25519,
    op_node_verify_ed448: refuseEd448,
    op_node_verify_spkac: refuseSpkac,
  };
})();
