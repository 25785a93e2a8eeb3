// Primes: `generatePrime`, `checkPrime`, and RSA keys that are too large to be made in one call.
//
// keys.js and node/crypto/guards.js load it. Rust tells whether a number is prime; which number that is, JavaScript tries.
//
// Invariant: between two numbers a limit can strike, and no number has more than 2,048 bits.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    BigInt,
    BigIntPrototypeToString,
    Error,
    NumberIsSafeInteger,
    NumberParseInt,
    RangeError,
    StringPrototypePadStart,
    StringPrototypeSlice,
    Uint8Array,
  } = primordials;
  const { op_base64url_encode_from_buffer, op_node_check_prime_bytes, op_node_fill_random } = core.ops;
  const { coded, copyOf, later, lengthOf, tooMuch } = core.loadExtScript("ext:skep/node/crypto/bytes.js");

  const CANDIDATE_BYTES_MAX = 256;
  const GENERATED_BITS_MAX = 2048;
  /** Rounds of one call; of 2,048 bits each takes 20 ms, without optimization. */
  const ROUNDS_MAX = 8;

  // ---- numbers ------------------------------------------------------------------------------------------------------------

  const HEX = "0123456789abcdef";

  function numberOf(bytes) {
    let hex = "0x0";
    for (let i = 0; i < lengthOf(bytes); i++) hex += HEX[bytes[i] >> 4] + HEX[bytes[i] & 15];
    return BigInt(hex);
  }

  /** The bytes of a number; as many as `length`, or as it needs. */
  function bytesOf(number, length) {
    const hex = BigIntPrototypeToString(number, 16);
    const count = length ?? (hex.length + 1) >> 1;
    const digits = StringPrototypePadStart(hex, 2 * count, "0");
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = NumberParseInt(StringPrototypeSlice(digits, 2 * i, 2 * i + 2), 16);
    return bytes;
  }

  /** A random number below 2 to the power of `bits`. */
  function randomOf(bits) {
    const bytes = new Uint8Array((bits + 7) >> 3);
    op_node_fill_random(bytes);
    return numberOf(bytes) >> BigInt(8 * lengthOf(bytes) - bits);
  }

  const isPrime = (number) => op_node_check_prime_bytes(bytesOf(number), 0);

  // ---- checking -----------------------------------------------------------------------------------------------------------

  function check(candidate, checks) {
    const bytes = copyOf(candidate, "candidate", CANDIDATE_BYTES_MAX);
    for (let left = checks; op_node_check_prime_bytes(bytes, left < ROUNDS_MAX ? left : ROUNDS_MAX); left -= ROUNDS_MAX) {
      if (!(left > ROUNDS_MAX)) return true;
    }
    return false;
  }

  // ---- generating ---------------------------------------------------------------------------------------------------------

  const outOfRange = (what) => coded(new RangeError(what), "ERR_OUT_OF_RANGE");

  /** A random number of `bits` bits that may be a prime, or null. */
  function candidateOf(bits, safe, add, rem) {
    const top = 1n << BigInt(bits - 1);
    let candidate = randomOf(bits) | top;
    if (add !== null) {
      candidate += (rem - candidate % add + add) % add;
      return candidate < top << 1n ? candidate : null;
    }
    // Like OpenSSL: the product of two such numbers has twice as many bits.
    if (bits > 2) candidate |= top >> 1n;
    return candidate | (safe && bits > 3 ? 3n : 1n);
  }

  function find(bits, safe, add, rem) {
    for (;;) {
      const candidate = candidateOf(bits, safe, add, rem);
      if (candidate !== null && isPrime(candidate) && (!safe || isPrime(candidate >> 1n))) return candidate;
    }
  }

  /** The only numbers there are if `add` is that large: one or two. */
  function findFew(bits, safe, add, rem) {
    const least = 1n << BigInt(bits - 1);
    for (let candidate = least + (rem - least % add + add) % add; candidate < least << 1n; candidate += add) {
      if (isPrime(candidate) && (!safe || isPrime(candidate >> 1n))) return candidate;
    }
    throw outOfRange("prime generation failed: no suitable prime found in range");
  }

  function generate(bits, safe, add, rem) {
    if (!NumberIsSafeInteger(bits) || bits < 2) throw new Error("error:01800076:bignum routines::bits too small");
    if (bits > GENERATED_BITS_MAX) tooMuch("primes", `a prime that is generated has at most ${GENERATED_BITS_MAX} bits`);
    const size = (bits + 7) >> 3;
    if (add === undefined || add === null) return bytesOf(find(bits, safe, null, 0n), size);
    const step = numberOf(copyOf(add, "options.add", CANDIDATE_BYTES_MAX));
    const rest = rem === undefined || rem === null ? (safe ? 3n : 1n) : numberOf(copyOf(rem, "options.rem", CANDIDATE_BYTES_MAX));
    if (step === 0n || step >= 1n << BigInt(bits)) throw outOfRange("invalid options.add");
    if (rem !== undefined && rem !== null && rest >= step) throw outOfRange("invalid options.rem");
    const found = step >= 1n << BigInt(bits - 1) ? findFew : find;
    return bytesOf(found(bits, safe, step, rest % step), size);
  }

  // ---- RSA ----------------------------------------------------------------------------------------------------------------

  /** The inverse of `number`, or null if it has none. */
  function inverseOf(number, modulus) {
    let { 0: r, 1: next, 2: s, 3: after } = [number % modulus, modulus, 1n, 0n];
    while (next !== 0n) {
      const quotient = r / next;
      const rest = r - quotient * next;
      r = next;
      next = rest;
      const step = s - quotient * after;
      s = after;
      after = step;
    }
    return r === 1n ? (s % modulus + modulus) % modulus : null;
  }

  function text(number) {
    const bytes = bytesOf(number);
    return op_base64url_encode_from_buffer(bytes, 0, lengthOf(bytes));
  }

  /** A private key of `bits` bits as a JSON Web Key. */
  function generateRsa(bits, exponent) {
    const e = BigInt(exponent);
    for (;;) {
      const p = find((bits + 1) >> 1, false, null, 0n);
      const q = find(bits >> 1, false, null, 0n);
      if (p === q) continue;
      const d = inverseOf(e, (p - 1n) * (q - 1n));
      if (d !== null) return { __proto__: null, d: text(d), e: text(e), n: text(p * q), p: text(p), q: text(q) };
    }
  }

  return {
    __proto__: null,
    bytesOf,
    generateRsa,
    numberOf,
    guarded: {
      __proto__: null,
      op_node_check_prime_bytes: check,
      op_node_check_prime_bytes_async: (candidate, checks) => {
        const bytes = copyOf(candidate, "candidate", CANDIDATE_BYTES_MAX);
        return later(() => check(bytes, checks));
      },
      op_node_gen_prime: generate,
      op_node_gen_prime_async: (bits, safe, add, rem) => later(() => generate(bits, safe, add, rem)),
    },
  };
})();
