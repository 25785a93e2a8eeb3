// crypto.subtle with its arguments read here: once each, into plain values, before the host sees them.
//
// deno_crypto reads its dictionaries in Rust. A function's getter would run there in the middle of a host call, where a second call, or a value
// that is not the same when it is read again, makes the host give the instance up. Loaded in each isolate at the first use of `crypto`.
//
// Invariant: no code of a function's runs below a host call of `crypto.subtle`, and what one call may cost there, where no limit on CPU time
// sees it, is bounded: by its arguments, and by one such call at a time.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayBufferIsView,
    DataViewPrototypeGetBuffer,
    DataViewPrototypeGetByteLength,
    DataViewPrototypeGetByteOffset,
    ObjectGetOwnPropertyDescriptor,
    PromisePrototypeThen,
    PromiseReject,
    PromiseResolve,
    ReflectApply,
    ReflectDeleteProperty,
    ReflectOwnKeys,
    SafeWeakMap,
    StringPrototypeStartsWith,
    StringPrototypeToUpperCase,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    TypedArrayPrototypeGetSymbolToStringTag,
    TypedArrayPrototypeSet,
    TypeError,
    Uint8Array,
    WeakMapPrototypeSet,
  } = primordials;
  const { install, refuse } = internals.guards;
  const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");

  /** What one call may cost at most: it runs on a helper thread, which nobody can interrupt. */
  const ITERATIONS_MAX = 10_000_000;
  const MODULUS_BITS_MAX = 4096;
  const DERIVED_BITS_MAX = 2 ** 23;
  const RSA_KEY_BYTES_MAX = 4096; // of a whole key, or of one of its numbers as a text
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

  let typeOfKey; // the getter of CryptoKey.prototype.type: it throws for everything else
  function key(value) {
    if (isObject(value)) ReflectApply(typeOfKey, value, []);
    return value;
  }

  function texts(value) {
    return isObject(value) ? webidl.converters["sequence<DOMString>"](value) : value;
  }

  // ---- dictionaries -------------------------------------------------------------------------------------------------------

  /** Reads the members of `value` that `members` names, in its order. */
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

  // Of all algorithms together: an algorithm passes over what it does not know.
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
    oth: () => "", // only whether it is there is looked at
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

  /** What each argument is, by method. */
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

  function readAll(args, readers) {
    if (args.length > readers.length) args.length = readers.length;
    for (let i = 0; i < args.length; i++) args[i] = readers[i](args[i]);
    return args;
  }

  /** Calls that may take seconds each. They are made one after another, so that an instance that ends leaves one of them behind at most. */
  const SLOW = { __proto__: null, deriveBits: true, deriveKey: true, generateKey: true };

  /** The bytes of a buffer, or of a view of one; null for everything else. */
  function viewOf(value) {
    if (core.isAnyArrayBuffer(value)) return new Uint8Array(value);
    if (!ArrayBufferIsView(value)) return null;
    if (TypedArrayPrototypeGetSymbolToStringTag(value) === undefined) {
      return new Uint8Array(DataViewPrototypeGetBuffer(value), DataViewPrototypeGetByteOffset(value), DataViewPrototypeGetByteLength(value));
    }
    return new Uint8Array(TypedArrayPrototypeGetBuffer(value), TypedArrayPrototypeGetByteOffset(value), TypedArrayPrototypeGetByteLength(value));
  }

  /** Puts copies in the place of what the caller may still change. */
  function keepBytes(parameters) {
    if (!isObject(parameters)) return;
    for (const name in parameters) {
      const view = viewOf(parameters[name]);
      if (view === null) continue;
      const copy = new Uint8Array(TypedArrayPrototypeGetByteLength(view));
      TypedArrayPrototypeSet(copy, view);
      parameters[name] = copy;
    }
  }

  const same = (value) => value;
  const nothing = () => {};
  let last = PromiseResolve();

  function inTurn(call, args) {
    keepBytes(args[0]);
    const mine = PromisePrototypeThen(last, call);
    last = PromisePrototypeThen(mine, nothing, nothing);
    // Another one than `last` waits for: if it rejects and nobody catches that, it must show.
    return PromisePrototypeThen(mine, same);
  }

  /** Bytes of a key that are not worth counting. */
  const LIGHT = 1024;
  const HEAVY = { __proto__: null, decapsulateKey: true, deriveKey: true, generateKey: true, importKey: true, unwrapKey: true };
  const weights = new SafeWeakMap();

  /** What a key made of this argument may weigh. */
  function weightOf(argument) {
    if (!isObject(argument)) return 0;
    const view = viewOf(argument);
    if (view !== null) return TypedArrayPrototypeGetByteLength(view);
    const { k, length } = argument;
    return typeof k === "string" ? k.length : typeof length === "number" ? length / 8 : 0;
  }

  /** Keys live outside the heap, where no limit sees them: each gets a companion of its weight that lives as long and is counted. */
  function companionOf(args) {
    let weight = 0;
    for (let i = 0; i < args.length; i++) {
      const one = weightOf(args[i]);
      if (one > weight) weight = one;
    }
    return weight > LIGHT ? new Uint8Array(weight) : null;
  }

  function accompany(made, companion) {
    return PromisePrototypeThen(made, (key) => {
      WeakMapPrototypeSet(weights, key, companion);
      return key;
    });
  }

  /** Where the key and its algorithm stand among the arguments. */
  const IMPORTS = { __proto__: null, importKey: [1, 2], unwrapKey: [1, 4] };

  /** Refuses an RSA key of numbers that the host would calculate with for hours. */
  function admitKey(name, args) {
    const { 0: keyAt, 1: algorithmAt } = IMPORTS[name];
    const made = args[keyAt];
    const given = args[algorithmAt];
    const kind = isObject(given) ? given.name : given;
    if (typeof kind !== "string" || !isObject(made) || !StringPrototypeStartsWith(StringPrototypeToUpperCase(kind), "RSA")) return;
    const view = viewOf(made);
    let most = view === null ? 0 : TypedArrayPrototypeGetByteLength(view);
    for (const part in view === null ? made : null) {
      const value = made[part];
      if (typeof value === "string" && value.length > most) most = value.length;
    }
    if (most > RSA_KEY_BYTES_MAX) refuse("crypto RSA key", `an RSA key has at most ${RSA_KEY_BYTES_MAX} bytes`);
  }

  /** A method in the place of `native`; `args` is an array of its own for every call. */
  function guarded(name, native, readers) {
    return {
      [name](...args) {
        try {
          readAll(args, readers);
          if (IMPORTS[name] !== undefined) admitKey(name, args);
          const companion = HEAVY[name] ? companionOf(args) : null;
          const made = SLOW[name] ? inTurn(() => ReflectApply(native, this, args), args) : ReflectApply(native, this, args);
          return companion === null ? made : accompany(made, companion);
        } catch (error) {
          return PromiseReject(error);
        }
      },
    }[name];
  }

  /** Takes away what deno's own files need of the classes, once they have it: it reaches into the host. */
  function removeStatics(classes) {
    for (let i = 0; i < classes.length; i++) {
      const keys = ReflectOwnKeys(classes[i]);
      for (let j = 0; j < keys.length; j++) {
        const name = keys[j];
        if (name !== "length" && name !== "name" && name !== "prototype" && name !== "supports") ReflectDeleteProperty(classes[i], name);
      }
    }
  }

  /** Returns `script`, what deno_crypto's file exports, with the guards in place. */
  function guardCrypto(script) {
    const { Crypto, crypto, CryptoKey, SubtleCrypto } = script;
    const fromCloneData = CryptoKey.fromCloneData;
    typeOfKey = ObjectGetOwnPropertyDescriptor(CryptoKey.prototype, "type").get;
    const guards = { __proto__: null };
    for (const name in METHODS) {
      const native = SubtleCrypto.prototype[name];
      if (native !== undefined) guards[name] = guarded(name, native, METHODS[name]);
    }
    install(SubtleCrypto.prototype, guards);
    const { supports } = SubtleCrypto;
    if (supports !== undefined) {
      const readers = [text, algorithm, lengthOrAlgorithm];
      install(SubtleCrypto, {
        __proto__: null,
        supports(...args) {
          return ReflectApply(supports, this, readAll(args, readers));
        },
      });
    }
    removeStatics([Crypto, CryptoKey, SubtleCrypto]);
    core.getCloneableDeserializers().CryptoKey = (data) => ReflectApply(fromCloneData, CryptoKey, [data]);
    return { __proto__: null, Crypto, crypto, CryptoKey, SubtleCrypto };
  }

  return { guardCrypto };
})();
