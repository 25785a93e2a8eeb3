// Keys: read and written, `createPrivateKey`, `createPublicKey`, `KeyObject#export`.
//
// node/crypto/guards.js hands these ops to deno_node's files. A key that exists has passed `admit`, so that the ops that use keys
// (signatures.js, certificates.js) need not look at its numbers.
//
// Invariant: an RSA key has 512 to 4,096 bits, no key is of an algorithm that was refused, and each weighs what it keeps outside the heap.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    StringPrototypeEndsWith,
    StringPrototypeTrim,
    TypeError,
  } = primordials;
  const ops = core.ops;
  const { badDecrypt, bytesOf, coded, copyOf, inOpenssl, lengthOf, tooMuch, unavailable, unreadable, weighed } = core.loadExtScript(
    "ext:skep/node/crypto/bytes.js",
  );
  const der = core.loadExtScript("ext:skep/node/crypto/der.js");

  /** Of a private key: one of 4,096 bits has 2,400. */
  const PRIVATE_MAX = 4096;
  const PUBLIC_MAX = 2048;
  const CERTIFICATE_MAX = 64 * 1024;
  const PASSPHRASE_MAX = 1024;
  const JWK_MEMBER_MAX = 4096;
  const RSA_BITS_MIN = 512;
  const RSA_BITS_MAX = 4096;
  const PSS_SALT_MAX = 512;
  const PRIVATE_WEIGHT = 4096;
  const PUBLIC_WEIGHT = 1536;

  const refuseEd448 = unavailable("Ed448 and X448", "use Ed25519 and X25519");

  // ---- what is let in -----------------------------------------------------------------------------------------------------

  /** Returns a key if its numbers are within the bounds. */
  function admit(key) {
    switch (ops.op_node_get_asymmetric_key_type(key)) {
      case "rsa":
      case "rsa-pss": {
        const { modulusLength, saltLength } = ops.op_node_get_asymmetric_key_details(key);
        if (!(modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX)) {
          tooMuch("RSA key", `an RSA key has ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits`);
        }
        if (saltLength !== undefined && saltLength > PSS_SALT_MAX) tooMuch("RSA key", `the salt of an RSA-PSS key has at most ${PSS_SALT_MAX} bytes`);
        return key;
      }
      case "dsa":
        return der.refuseDsa();
      case "dh":
        return der.refuseDiffieHellman();
      case "ed448":
      case "x448":
        return refuseEd448();
    }
    return key;
  }

  const made = (isPublic, make) => admit(weighed(isPublic ? PUBLIC_WEIGHT : PRIVATE_WEIGHT, () => inOpenssl(make)));
  const phraseOf = (passphrase) => passphrase === undefined || passphrase === null ? passphrase : bytesOf(passphrase, "passphrase", PASSPHRASE_MAX);

  const isPrivateLabel = (label) => StringPrototypeEndsWith(label, "PRIVATE KEY");
  const isAny = () => true;

  // ---- reading ------------------------------------------------------------------------------------------------------------

  /** A private key of one PEM object. */
  function privateOf({ body, bytes, label }, passphrase) {
    if (label === "DSA PRIVATE KEY") der.refuseDsa();
    let pem;
    if (bytes === null) {
      if (!der.isEncrypted(body) || body.length > 2 * PRIVATE_MAX) throw unreadable();
      pem = core.encode(`-----BEGIN ${label}-----\n${StringPrototypeTrim(body)}\n-----END ${label}-----\n`);
    } else {
      der.judge(bytes, PRIVATE_MAX);
      pem = der.writePem(label, bytes);
    }
    return made(false, () => ops.op_node_create_private_key(pem, "pem", "", passphrase));
  }

  function createPrivateKey(data, format, type, passphrase) {
    const phrase = phraseOf(passphrase);
    if (format === "pem") {
      const text = der.textOf(data);
      if (text === null) throw unreadable();
      return privateOf(der.readPem(text, isPrivateLabel), phrase);
    }
    const bytes = copyOf(data, "key", PRIVATE_MAX);
    const isEncrypted = der.judge(bytes, PRIVATE_MAX);
    if (isEncrypted && (phrase === undefined || phrase === null)) {
      throw coded(new TypeError("Passphrase required for encrypted key"), "ERR_MISSING_PASSPHRASE");
    }
    return made(false, () => {
      try {
        return ops.op_node_create_private_key(bytes, "der", type, phrase);
      } catch (error) {
        throw isEncrypted ? badDecrypt() : error;
      }
    });
  }

  const derive = (key) => made(true, () => ops.op_node_derive_public_key_from_private_key(key));

  function createPublicKey(data, format, type, passphrase) {
    if (format === "pem") {
      const text = der.textOf(data);
      if (text === null) throw unreadable();
      const object = der.readPem(text, isAny);
      if (isPrivateLabel(object.label)) return derive(privateOf(object, phraseOf(passphrase)));
      if (object.bytes === null) throw unreadable();
      der.judge(object.bytes, object.label === "CERTIFICATE" ? CERTIFICATE_MAX : PUBLIC_MAX);
      const pem = der.writePem(object.label, object.bytes);
      return made(true, () => ops.op_node_create_public_key(pem, "pem", "", undefined));
    }
    if (type === "pkcs8" || type === "sec1") return derive(createPrivateKey(data, format, type, passphrase));
    const bytes = copyOf(data, "key", PUBLIC_MAX);
    der.judge(bytes, PUBLIC_MAX);
    return made(true, () => ops.op_node_create_public_key(bytes, "der", type, undefined));
  }

  function createSecretKey(data) {
    const bytes = bytesOf(data, "key");
    return weighed(lengthOf(bytes), () => ops.op_node_create_secret_key(bytes));
  }

  /** The members of a JSON Web Key as plain texts: Rust must not run a function's getters. */
  function plain(jwk, names) {
    const members = { __proto__: null };
    for (let i = 0; i < names.length; i++) {
      const value = jwk[names[i]];
      if (value === undefined || value === null) continue;
      if (typeof value !== "string") throw coded(new TypeError(`${names[i]} must be a string`), "ERR_INVALID_ARG_TYPE");
      if (value.length > JWK_MEMBER_MAX) tooMuch("RSA key", `a member of a JSON Web Key has at most ${JWK_MEMBER_MAX} characters`);
      members[names[i]] = value;
    }
    return members;
  }

  function invalidJwk(make) {
    try {
      return make();
    } catch (error) {
      if (typeof error.code === "string" || error.name === "RangeError") throw error;
      throw coded(new TypeError("Invalid JWK data"), "ERR_CRYPTO_INVALID_JWK");
    }
  }

  const createRsa = (jwk, isPublic) => {
    const members = plain(jwk, isPublic ? ["n", "e"] : ["n", "e", "d", "p", "q"]);
    return invalidJwk(() => made(isPublic, () => ops.op_node_create_rsa_jwk(members, isPublic)));
  };
  const createEc = (jwk, isPublic) => {
    const members = plain(jwk, isPublic ? ["kty", "crv", "x", "y"] : ["kty", "crv", "x", "y", "d"]);
    return invalidJwk(() => made(isPublic, () => ops.op_node_create_ec_jwk(members, isPublic)));
  };
  const createEd = (curve, data, isPublic) => {
    if (curve === "Ed448" || curve === "X448") refuseEd448();
    return made(isPublic, () => ops.op_node_create_ed_raw(curve, bytesOf(data, "key", 128), isPublic));
  };

  // ---- writing ------------------------------------------------------------------------------------------------------------

  const exportPrivate = (op) => (key, type, cipher, passphrase) => op(key, type, cipher, phraseOf(passphrase));

  return {
    __proto__: null,
    createPrivateKey,
    createPublicKey,
    derive,
    made,
    PRIVATE_WEIGHT,
    PSS_SALT_MAX,
    PUBLIC_WEIGHT,
    RSA_BITS_MAX,
    RSA_BITS_MIN,
    guarded: {
      __proto__: null,
      op_node_create_ec_jwk: createEc,
      op_node_create_ed_raw: createEd,
      op_node_create_private_key: createPrivateKey,
      op_node_create_public_key: createPublicKey,
      op_node_create_rsa_jwk: createRsa,
      op_node_create_secret_key: createSecretKey,
      op_node_derive_public_key_from_private_key: derive,
      op_node_export_private_key_der: exportPrivate(ops.op_node_export_private_key_der),
      op_node_export_private_key_jwk: ops.op_node_export_private_key_jwk,
      op_node_export_private_key_pem: exportPrivate(ops.op_node_export_private_key_pem),
      op_node_export_public_key_der: ops.op_node_export_public_key_der,
      op_node_export_public_key_jwk: ops.op_node_export_public_key_jwk,
      op_node_export_public_key_pem: ops.op_node_export_public_key_pem,
      op_node_export_secret_key: ops.op_node_export_secret_key,
      op_node_export_secret_key_b64url: ops.op_node_export_secret_key_b64url,
      op_node_get_asymmetric_key_details: ops.op_node_get_asymmetric_key_details,
      op_node_get_asymmetric_key_type: ops.op_node_get_asymmetric_key_type,
      op_node_get_symmetric_key_size: ops.op_node_get_symmetric_key_size,
      op_node_key_equals: ops.op_node_key_equals,
      op_node_key_type: ops.op_node_key_type,
    },
  };
})();
