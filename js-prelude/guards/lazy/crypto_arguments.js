// The arguments of crypto.subtle, by method: how each is read, once, into a plain value.
//
// guards/lazy/crypto.js loads it and reads every call's arguments through `readAll`; the plain values go to deno_crypto.
//
// Invariant: deno_crypto reads a plain value without running code of a function, and a number that decides the cost is within its limit.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayBufferIsView, ObjectGetOwnPropertyDescriptor, ReflectApply, TypeError } = primordials;
  const { refuse } = internals.guards;
  const { CryptoKey } = core.loadExtScript("ext:deno_crypto/00_crypto.js");
  const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");

  // The most that one call may cost: it runs on a helper thread, which nothing can interrupt.
  const ITERATIONS_MAX = 10_000_000;
  const MODULUS_BITS_MAX = 4096;
  const DERIVED_BITS_MAX = 2 ** 23;
  const SALT_BYTES_MAX = 2 ** 16;
  const ARGON2_KIB_MAX = 64 * 1024;
  const ARGON2_PASSES_MAX = 100;

  function isObject(value) {
    return (typeof value === "object" && value !== null) || typeof value === "function";
  }

  // ---- one value ----------------------------------------------------------------------------------------------------------

  const text = (value) => (isObject(value) ? `${value}` : value);
  const number = (value) => +value;
  const flag = (value) => !!value;
  const atMost = (most, what) => (value) => {
    const given = +value;
    if (given > most) refuse(`crypto ${what}`, `${what} is at most ${most}`);
    return given;
  };

  function bytes(value) {
    if (isObject(value) && !ArrayBufferIsView(value) && !core.isAnyArrayBuffer(value)) {
      throw new TypeError("expected an ArrayBuffer or a view of one");
    }
    return value;
  }

  /** The getter of CryptoKey.prototype.type: it throws for any value that is not a key. */
  const typeOfKey = ObjectGetOwnPropertyDescriptor(CryptoKey.prototype, "type").get;
  function key(value) {
    if (isObject(value)) ReflectApply(typeOfKey, value, []);
    return value;
  }

  function texts(value) {
    return isObject(value) ? webidl.converters["sequence<DOMString>"](value) : value;
  }

  // ---- dictionaries -------------------------------------------------------------------------------------------------------

  /** Reads the members of `value` that `members` names, in the order of `members`. */
  function dictionary(value, members) {
    const plain = { __proto__: null };
    for (const name in members) {
      const member = value[name];
      if (member !== undefined) plain[name] = members[name](member);
    }
    return plain;
  }

  const HASH = { __proto__: null, name: text };
  const hash = (value) => (isObject(value) ? dictionary(value, HASH) : value);

  // The members of all algorithms together: an algorithm ignores those that it does not know.
  const ALGORITHM = {
    __proto__: null,
    additionalData: bytes,
    associatedData: bytes,
    context: bytes,
    counter: bytes,
    customization: bytes,
    functionName: bytes,
    hash,
    info: bytes,
    iterations: atMost(ITERATIONS_MAX, "iterations"),
    iv: bytes,
    label: bytes,
    length: atMost(DERIVED_BITS_MAX, "length"),
    memory: atMost(ARGON2_KIB_MAX, "memory"),
    modulusLength: atMost(MODULUS_BITS_MAX, "modulusLength"),
    name: text,
    namedCurve: text,
    nonce: bytes,
    outputLength: atMost(DERIVED_BITS_MAX, "outputLength"),
    parallelism: number,
    passes: atMost(ARGON2_PASSES_MAX, "passes"),
    public: key,
    publicExponent: bytes,
    salt: bytes,
    saltLength: atMost(SALT_BYTES_MAX, "saltLength"),
    secretValue: bytes,
    seed: bytes,
    tagLength: number,
    version: number,
  };
  const algorithm = (value) => (isObject(value) ? dictionary(value, ALGORITHM) : value);

  const JWK = {
    __proto__: null,
    alg: text,
    crv: text,
    d: text,
    dp: text,
    dq: text,
    e: text,
    ext: flag,
    k: text,
    key_ops: texts,
    kty: text,
    n: text,
    oth: () => "", // deno_crypto checks only whether it exists.
    p: text,
    priv: text,
    pub: text,
    q: text,
    qi: text,
    use: text,
    x: text,
    y: text,
  };
  const keyData = (value) =>
    !isObject(value) || ArrayBufferIsView(value) || core.isAnyArrayBuffer(value) ? value : dictionary(value, JWK);

  const derivedBits = (value) => (value === undefined || value === null ? value : atMost(DERIVED_BITS_MAX, "length")(value));
  const lengthOrAlgorithm = (value) => (isObject(value) ? algorithm(value) : value);

  // ---- calls --------------------------------------------------------------------------------------------------------------

  /** The readers of each method's arguments. */
  const METHODS = {
    __proto__: null,
    decapsulateBits: [algorithm, key, bytes],
    decapsulateKey: [algorithm, key, bytes, algorithm, flag, texts],
    decrypt: [algorithm, key, bytes],
    deriveBits: [algorithm, key, derivedBits],
    deriveKey: [algorithm, key, algorithm, flag, texts],
    digest: [algorithm, bytes],
    encapsulateBits: [algorithm, key],
    encapsulateKey: [algorithm, key, algorithm, flag, texts],
    encrypt: [algorithm, key, bytes],
    exportKey: [text, key],
    generateKey: [algorithm, flag, texts],
    getPublicKey: [key, texts],
    importKey: [text, keyData, algorithm, flag, texts],
    sign: [algorithm, key, bytes],
    unwrapKey: [text, bytes, key, algorithm, algorithm, flag, texts],
    verify: [algorithm, key, bytes, bytes],
    wrapKey: [text, key, key, algorithm],
  };

  /** The readers of the arguments of the static `SubtleCrypto.supports`. */
  const SUPPORTS = [text, algorithm, lengthOrAlgorithm];

  /** Replaces each of `args` by its plain value; arguments beyond the known ones are dropped. */
  function readAll(args, readers) {
    if (args.length > readers.length) args.length = readers.length;
    for (let i = 0; i < args.length; i++) args[i] = readers[i](args[i]);
    return args;
  }

  /** Replaces each buffer, or view of one, among `args` and in their dictionaries by what `change` makes of it. `readAll` has read them. */
  function replaceBytes(args, readers, change) {
    for (let i = 0; i < args.length; i++) {
      const value = args[i];
      if (!isObject(value)) continue;
      if (ArrayBufferIsView(value) || core.isAnyArrayBuffer(value)) {
        args[i] = change(value);
      } else if (readers[i] === algorithm || readers[i] === keyData) {
        for (const name in value) {
          const member = value[name];
          if (ArrayBufferIsView(member) || core.isAnyArrayBuffer(member)) value[name] = change(member);
        }
      }
    }
  }

  return { isObject, METHODS, readAll, replaceBytes, SUPPORTS };
})();
