// Reads the DER of keys and certificates before Rust does: it finds the kind of each, and refuses those that take Rust too long.
//
// node/crypto/keys.js and certificates.js load it.
//
// Invariant: Rust reads the object that this file has read: it is written anew, without the bytes around it.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    RegExpPrototypeExec,
    StringPrototypeIncludes,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    Uint8Array,
  } = primordials;
  const { op_base64_decode, op_base64_encode_from_buffer } = core.ops;
  const { bytesOf, lengthOf, part, tooMuch, unavailable, unreadable } = core.loadExtScript("ext:skep/node/crypto/bytes.js");

  const TEXT_MAX = 128 * 1024;
  const DEPTH_MAX = 16;
  /** As in passwords.js: the key of an encrypted key is derived at once. */
  const ITERATIONS_MAX = 2_000_000;
  const SCRYPT_COST_MAX = 2 ** 20;
  const SCRYPT_MEMORY_MAX = 64 * 1024 * 1024;
  const SCRYPT_LANES_MAX = 1024 * 1024;

  const INTEGER = 0x02;
  const OCTETS = 0x04;
  const SEQUENCE = 0x30;

  // Object identifiers, as their bytes.
  const DSA = new Uint8Array([0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01]);
  const DIFFIE_HELLMAN = new Uint8Array([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01]);
  const SCRYPT = new Uint8Array([0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b]);

  const refuseDsa = unavailable("DSA", "use Ed25519, ECDSA or RSA");
  const refuseDiffieHellman = unavailable("Diffie-Hellman over a prime", "use X25519 or ECDH");

  // ---- DER ----------------------------------------------------------------------------------------------------------------

  /** The element that begins at `at`: its tag, and where its content begins and ends. */
  function elementAt(bytes, at, end) {
    if (at + 2 > end) throw unreadable();
    let from = at + 2;
    let length = bytes[at + 1];
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || from + count > end) throw unreadable();
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[from + i];
      from += count;
    }
    if (from + length > end) throw unreadable();
    return { __proto__: null, end: from + length, from, tag: bytes[at] };
  }

  function includes(bytes, wanted) {
    const last = lengthOf(bytes) - wanted.length;
    for (let at = 0; at <= last; at++) {
      let i = 0;
      while (i < wanted.length && bytes[at + i] === wanted[i]) i++;
      if (i === wanted.length) return true;
    }
    return false;
  }

  /** Adds every number between `from` and `end`, those inside of others too, to `numbers`. */
  function addNumbers(bytes, from, end, numbers, depth) {
    if (depth > DEPTH_MAX) throw unreadable();
    for (let at = from; at < end;) {
      const element = elementAt(bytes, at, end);
      if (element.tag === INTEGER) {
        let number = 0;
        for (let i = element.from; i < element.end; i++) number = number * 256 + bytes[i];
        ArrayPrototypePush(numbers, number);
      } else if ((element.tag & 0x20) !== 0) {
        addNumbers(bytes, element.from, element.end, numbers, depth + 1);
      }
      at = element.end;
    }
  }

  /** The algorithm of an encrypted key, or null if the bytes are none. */
  function encryptionOf(bytes) {
    const whole = elementAt(bytes, 0, lengthOf(bytes));
    if (whole.tag !== SEQUENCE || whole.from === whole.end) throw unreadable();
    const first = elementAt(bytes, whole.from, whole.end);
    if (first.tag !== SEQUENCE || first.end === whole.end) return null;
    return elementAt(bytes, first.end, whole.end).tag === OCTETS ? first : null;
  }

  /** Refuses an encrypted key that takes long to decrypt. */
  function boundEncryption(bytes, algorithm) {
    const numbers = [];
    addNumbers(bytes, algorithm.from, algorithm.end, numbers, 0);
    if (includes(part(bytes, algorithm.from, algorithm.end), SCRYPT)) {
      const { 0: n, 1: r, 2: p } = numbers;
      if (!(n * r * p <= SCRYPT_COST_MAX && 128 * n * r <= SCRYPT_MEMORY_MAX && 128 * r * p <= SCRYPT_LANES_MAX)) {
        tooMuch("encrypted key", "the scrypt parameters of the encrypted key are too large");
      }
      return;
    }
    for (let i = 0; i < numbers.length; i++) {
      if (!(numbers[i] <= ITERATIONS_MAX)) tooMuch("encrypted key", `an encrypted key has at most ${ITERATIONS_MAX} iterations`);
    }
  }

  /** Judges the bytes of a key or a certificate. Returns whether it is an encrypted key. */
  function judge(bytes, most) {
    if (lengthOf(bytes) > most) tooMuch("key", `the key or certificate has at most ${most} bytes`);
    const algorithm = encryptionOf(bytes);
    if (algorithm !== null) {
      boundEncryption(bytes, algorithm);
      return true;
    }
    if (includes(bytes, DSA)) refuseDsa();
    if (includes(bytes, DIFFIE_HELLMAN)) refuseDiffieHellman();
    return false;
  }

  // ---- PEM ----------------------------------------------------------------------------------------------------------------

  const BEGIN = "-----BEGIN ";
  const beginning = /-----BEGIN ([A-Z0-9 ]{1,40})-----/;
  const PARAMETERS = "EC PARAMETERS";

  /** The text of what may be PEM; null if it is none. */
  function textOf(data) {
    const bytes = bytesOf(data, "key", TEXT_MAX);
    const text = core.decode(bytes);
    return StringPrototypeIncludes(text, BEGIN) ? text : null;
  }

  /** The first object of a text that is wanted: its label, what is between its lines, and, unless that begins with headers, its bytes. */
  function readPem(text, isWanted) {
    const found = RegExpPrototypeExec(beginning, text);
    if (found === null) throw unreadable();
    const label = found[1];
    const from = found.index + found[0].length;
    const end = StringPrototypeIndexOf(text, `-----END ${label}-----`, from);
    if (end < 0) throw unreadable();
    if (label === PARAMETERS || !isWanted(label)) return readPem(StringPrototypeSlice(text, end + 14 + label.length), isWanted);
    const body = StringPrototypeSlice(text, from, end);
    if (StringPrototypeIncludes(body, ":")) return { __proto__: null, body, bytes: null, label };
    let bytes;
    try {
      bytes = op_base64_decode(body);
    } catch {
      throw unreadable();
    }
    return { __proto__: null, body, bytes, label };
  }

  /** The bytes of one object as PEM. */
  function writePem(label, bytes) {
    const base64 = op_base64_encode_from_buffer(bytes, 0, lengthOf(bytes));
    const lines = [`-----BEGIN ${label}-----`];
    for (let at = 0; at < base64.length; at += 64) ArrayPrototypePush(lines, StringPrototypeSlice(base64, at, at + 64));
    ArrayPrototypePush(lines, `-----END ${label}-----`, "");
    return core.encode(ArrayPrototypeJoin(lines, "\n"));
  }

  const isEncrypted = (body) => StringPrototypeIncludes(body, "Proc-Type: 4,ENCRYPTED");

  return { __proto__: null, isEncrypted, judge, readPem, refuseDiffieHellman, refuseDsa, textOf, writePem };
})();
