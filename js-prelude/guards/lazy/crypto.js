// crypto.subtle: arguments become plain values before Rust sees them, calls wait for their turn, and heavy keys count as memory.
//
// api/globals.js loads it at the first use of `crypto`, and node/crypto/guards.js, and they pass the exports of deno_crypto, whose methods
// the guards call. deno_crypto reads its dictionaries in Rust: a function's getter would run there in the middle of an op, where a second
// op, or a value that differs when it is read again, panics and ends the instance.
//
// Invariant: no code of a function runs below an op of `crypto.subtle`. No limit on CPU time sees the cost of such an op; its arguments
// bound it, and so does the number of those that are under way (crypto_turns.js); slow ones run one at a time.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    PromisePrototypeThen,
    PromiseReject,
    ReflectApply,
    ReflectDeleteProperty,
    ReflectOwnKeys,
    SafeWeakMap,
    StringPrototypeStartsWith,
    StringPrototypeToUpperCase,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeSet,
    Uint8Array,
    WeakMapPrototypeSet,
  } = primordials;
  const { install, refuse, viewOf } = internals.guards;
  const { isObject, METHODS, readAll, replaceBytes, SUPPORTS } = core.loadExtScript("ext:skep/guards/lazy/crypto_arguments.js");
  const { inTurn, takeTurn } = core.loadExtScript("ext:skep/guards/lazy/crypto_turns.js");

  /** Bytes of a whole RSA key, or characters of one of its numbers: more would keep a helper thread busy for hours. */
  const RSA_KEY_BYTES_MAX = 4096;

  /** Calls that may take seconds each. They run one after another, so that an instance that ends leaves at most one of them behind. */
  const SLOW = { __proto__: null, deriveBits: true, deriveKey: true, generateKey: true };

  function copyOf(value) {
    const view = viewOf(value);
    const copy = new Uint8Array(TypedArrayPrototypeGetByteLength(view));
    TypedArrayPrototypeSet(copy, view);
    return copy;
  }

  /** Bytes that Rust copies for a call. */
  function bytesOf(args, readers) {
    let bytes = 0;
    replaceBytes(args, readers, (value) => {
      bytes += TypedArrayPrototypeGetByteLength(viewOf(value));
      return value;
    });
    return bytes;
  }

  /** Bytes of a key that are not worth counting. */
  const LIGHT = 1024;
  const HEAVY = { __proto__: null, decapsulateKey: true, deriveKey: true, generateKey: true, importKey: true, unwrapKey: true };
  const weights = new SafeWeakMap();

  /** The most that a key made of this argument may weigh. */
  function weightOf(argument) {
    if (!isObject(argument)) return 0;
    const view = viewOf(argument);
    if (view !== null) return TypedArrayPrototypeGetByteLength(view);
    const { k, length } = argument;
    return typeof k === "string" ? k.length : typeof length === "number" ? length / 8 : 0;
  }

  /** Keys live outside the heap, where no limit sees them: each gets a companion, a buffer of its weight that lives as long and counts. */
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

  /** The indices of the key and its algorithm among the arguments. */
  const IMPORTS = { __proto__: null, importKey: [1, 2], unwrapKey: [1, 4] };

  /** Refuses an RSA key whose numbers are so long that Rust would calculate for hours. */
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

  const DERIVES = { __proto__: null, deriveBits: true, deriveKey: true };
  /** Iterations of PBKDF2 times parts of 512 bits: each part goes through all of them. */
  const ITERATIONS_MAX = 10_000_000;

  /** Refuses a derivation whose iterations and length are large together. */
  function boundDerivation(args) {
    const { 0: algorithm, 2: wanted } = args;
    const { iterations } = isObject(algorithm) ? algorithm : { __proto__: null };
    const length = isObject(wanted) ? wanted.length : wanted;
    if (iterations > 0 && length > 512 && iterations * (length / 512) > ITERATIONS_MAX) {
      refuse("crypto iterations", `iterations times 512 bits of the key are at most ${ITERATIONS_MAX}`);
    }
  }

  /** A method that replaces `native`; `args` is a new array at every call. */
  function guarded(name, native, readers) {
    return {
      [name](...args) {
        try {
          readAll(args, readers);
          if (IMPORTS[name] !== undefined) admitKey(name, args);
          if (DERIVES[name]) boundDerivation(args);
          const companion = HEAVY[name] ? companionOf(args) : null;
          const call = () => ReflectApply(native, this, args);
          // The bytes of a call that waits are copies: its caller may change its own meanwhile.
          const keep = () => replaceBytes(args, readers, copyOf);
          if (SLOW[name]) keep();
          const made = SLOW[name] ? inTurn(call) : takeTurn(call, bytesOf(args, readers), keep);
          return companion === null ? made : accompany(made, companion);
        } catch (error) {
          return PromiseReject(error);
        }
      },
    }[name];
  }

  /** Removes the statics that only deno's own files need, and have by now: they reach into Rust. */
  function removeStatics(classes) {
    for (let i = 0; i < classes.length; i++) {
      const keys = ReflectOwnKeys(classes[i]);
      for (let j = 0; j < keys.length; j++) {
        const name = keys[j];
        if (name !== "length" && name !== "name" && name !== "prototype" && name !== "supports") ReflectDeleteProperty(classes[i], name);
      }
    }
  }

  /** Gives `script` what deno_node's keys and deno's become of each other by, which is gone from the classes afterwards. */
  function guardKeyObjects(script) {
    const { CryptoKey } = script;
    const { exportNodeMaterial, importSync } = CryptoKey;
    script.cryptoKeyExportNodeKeyMaterial = (key) => ReflectApply(exportNodeMaterial, CryptoKey, [key]);
    script.importCryptoKeySync = (...args) => {
      readAll(args, METHODS.importKey);
      admitKey("importKey", args);
      const companion = companionOf(args);
      const key = ReflectApply(importSync, CryptoKey, args);
      if (companion !== null) WeakMapPrototypeSet(weights, key, companion);
      return key;
    };
  }

  let guardedExports = null;

  /** Returns the exports of deno_crypto's file, with the guards in place. */
  function guardCrypto(script) {
    return guardedExports ??= guard(script);
  }

  function guard(script) {
    const { Crypto, crypto, CryptoKey, SubtleCrypto } = script;
    const fromCloneData = CryptoKey.fromCloneData;
    const guards = { __proto__: null };
    for (const name in METHODS) {
      const native = SubtleCrypto.prototype[name];
      if (native !== undefined) guards[name] = guarded(name, native, METHODS[name]);
    }
    install(SubtleCrypto.prototype, guards);
    const { supports } = SubtleCrypto;
    if (supports !== undefined) {
      install(SubtleCrypto, {
        __proto__: null,
        supports(...args) {
          return ReflectApply(supports, this, readAll(args, SUPPORTS));
        },
      });
    }
    guardKeyObjects(script);
    removeStatics([Crypto, CryptoKey, SubtleCrypto]);
    core.getCloneableDeserializers().CryptoKey = (data) => ReflectApply(fromCloneData, CryptoKey, [data]);
    return { __proto__: null, Crypto, crypto, CryptoKey, SubtleCrypto };
  }

  return { guardCrypto };
})();
