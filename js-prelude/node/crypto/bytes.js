// Bytes, errors and weights that the guards of `node:crypto` share.
//
// The other files of this folder load it.
//
// Invariant: bytes that cross to Rust are a plain Uint8Array, and a helper thread gets copies that no function can reach.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    Error,
    MathMin,
    PromisePrototypeThen,
    RegExpPrototypeExec,
    SafeWeakMap,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
    TypedArrayPrototypeSet,
    TypeError,
    Uint8Array,
    WeakMapPrototypeSet,
  } = primordials;
  const { op_void_async_deferred } = core.ops;
  const { refuse, viewOf } = internals.guards;

  const lengthOf = TypedArrayPrototypeGetByteLength;

  // ---- errors -------------------------------------------------------------------------------------------------------------

  /** An error with the code that Node has for it. */
  function coded(error, code) {
    error.code = code;
    return error;
  }

  /** An error as OpenSSL words it. */
  function opensslError(number, library, reason, code) {
    const error = coded(new Error(`error:${number}:${library}::${reason}`), code);
    error.library = library;
    error.reason = reason;
    return error;
  }

  const openssl = /^error:([0-9A-F]{8}):([^:]+):[^:]*:(.+)$/;

  /** Runs an op whose errors are worded as OpenSSL's, and completes them. */
  function inOpenssl(work) {
    try {
      return work();
    } catch (error) {
      const found = typeof error.message === "string" ? RegExpPrototypeExec(openssl, error.message) : null;
      if (found === null || error.library !== undefined) throw error;
      const reason = found[3];
      if (reason === "bad decrypt") throw badDecrypt();
      error.library = found[2];
      error.reason = reason;
      throw error;
    }
  }

  const badDecrypt = () => opensslError("1C800064", "Provider routines", "bad decrypt", "ERR_OSSL_BAD_DECRYPT");

  /** The error about a key that is in no form that is known. */
  const unreadable = () => opensslError("1E08010C", "DECODER routines", "unsupported", "ERR_OSSL_UNSUPPORTED");

  /** An op that a function does not have. */
  function unavailable(what, instead) {
    return () => {
      throw coded(new Error(`${what} is not available in a function: ${instead}`), "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
    };
  }

  /** Refuses a call that would cost too much. */
  const tooMuch = (what, why) => refuse(`node:crypto ${what}`, why);

  // ---- bytes --------------------------------------------------------------------------------------------------------------

  /** The bytes of an argument: a text, a buffer, or a view of one; at most `most`. */
  function bytesOf(value, what, most) {
    const bytes = typeof value === "string" ? core.encode(value) : viewOf(value);
    if (bytes === null) throw coded(new TypeError(`${what} must be a string, an ArrayBuffer or a view of one`), "ERR_INVALID_ARG_TYPE");
    if (most !== undefined && lengthOf(bytes) > most) tooMuch(what, `${what} has at most ${most} bytes`);
    return bytes;
  }

  /** As `bytesOf`, copied: what becomes of the argument changes nothing. */
  function copyOf(value, what, most) {
    const bytes = bytesOf(value, what, most);
    const copy = new Uint8Array(lengthOf(bytes));
    TypedArrayPrototypeSet(copy, bytes);
    return copy;
  }

  /** A part of bytes, which it shares. */
  function part(bytes, from, to) {
    return new Uint8Array(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes) + from, to - from);
  }

  /** Calls `each` with one slice after another, and where it begins; between two of them a limit can strike. */
  function inSlices(bytes, size, each) {
    const length = lengthOf(bytes);
    for (let at = 0; at < length; at += size) each(part(bytes, at, MathMin(at + size, length)), at);
  }

  // ---- results ------------------------------------------------------------------------------------------------------------

  const companions = new SafeWeakMap();

  /** What `make` returns lives outside the heap, where no limit sees it: it gets a companion, a buffer of its weight that counts. */
  function weighed(weight, make) {
    const companion = new Uint8Array(weight);
    const made = make();
    if (typeof made === "object" && made !== null) WeakMapPrototypeSet(companions, made, companion);
    return made;
  }

  /** Does `work` in a later turn. */
  const later = (work) => PromisePrototypeThen(op_void_async_deferred(), work);

  return {
    __proto__: null,
    badDecrypt,
    bytesOf,
    coded,
    copyOf,
    inOpenssl,
    inSlices,
    later,
    lengthOf,
    opensslError,
    part,
    tooMuch,
    unavailable,
    unreadable,
    weighed,
  };
})();
