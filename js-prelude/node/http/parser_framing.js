// How long the body of a message is, and whether the connection outlives it: from what Rust found in the head.
//
// node/http/parser_head.js asks for parser_message.js. The numbers are those of `HeadMachine` in
// `src/runtime/ops/node/http_head/machine.rs`; the rules are those of llhttp's `http.c` (RFC 9112, 6.3).
//
// Invariant: a request whose body has no certain end is refused.

(function () {
  /** Where a number of the machine is. */
  const register = {
    __proto__: null,
    STATE: 0,
    IS_REQUEST: 1,
    LENIENT: 2,
    LIMIT: 3,
    COUNTED: 4,
    FLAGS: 5,
    LENGTH_LOW: 6,
    LENGTH_HIGH: 7,
    CODE: 8,
    MAJOR: 9,
    MINOR: 10,
    FAULT: 14,
  };
  const REGISTERS = 15;

  /** States in which a scan starts or stops. */
  const state = {
    __proto__: null,
    START: 0,
    FIELD_START: 1,
    CHUNK_START: 2,
    CHUNK_DATA_END: 3,
    HEAD_DONE: 4,
    CHUNK_DONE: 5,
    FAILED: 6,
  };

  // What the fields of a head say.
  const KEEP_ALIVE = 1;
  const CLOSE = 2;
  const CONNECTION_UPGRADE = 4;
  const CHUNKED = 8;
  const UPGRADE = 16;
  const LENGTH = 32;
  const ENCODING = 512;

  const LENIENT_LENGTH = 2;
  const LENIENT_KEEP_ALIVE = 4;
  const LENIENT_ENCODING = 8;
  const LENIENT_DATA_AFTER_CLOSE = 32;

  /** The number of `CONNECT` among the methods. */
  const CONNECT = 5;

  /** The kinds of bodies. */
  const body = { __proto__: null, NONE: 0, OTHER_PROTOCOL: 1, CHUNKED: 2, LENGTH: 3, TO_END: 4, REFUSED: 5 };

  const isRequest = (registers) => registers[register.IS_REQUEST] === 1;
  const lengthOf = (registers) => registers[register.LENGTH_HIGH] * 0x1_0000_0000 + registers[register.LENGTH_LOW];

  const isConnect = (registers) => isRequest(registers) && registers[register.CODE] === CONNECT;

  /** Whether the head asks for another protocol, or grants it. */
  function isUpgrade(registers) {
    const both = UPGRADE | CONNECTION_UPGRADE;
    if ((registers[register.FLAGS] & both) === both) return isRequest(registers) || registers[register.CODE] === 101;
    return isConnect(registers);
  }

  /** Whether a message of an answer ends with the connection. */
  function isToEnd(registers, isSkipped) {
    if (isRequest(registers)) return false;
    const code = registers[register.CODE];
    if ((code >= 100 && code < 200) || code === 204 || code === 304 || isSkipped) return false;
    const flags = registers[register.FLAGS];
    if ((flags & ENCODING) !== 0 && (flags & CHUNKED) === 0) return true;
    return (flags & (CHUNKED | LENGTH)) === 0;
  }

  /** Whether another message may follow. */
  function keepsAlive(registers, isSkipped) {
    const flags = registers[register.FLAGS];
    const isLater = registers[register.MAJOR] > 0 && registers[register.MINOR] > 0;
    if (isLater ? (flags & CLOSE) !== 0 : (flags & KEEP_ALIVE) === 0) return false;
    return !isToEnd(registers, isSkipped);
  }

  /** What follows the head. */
  function bodyOf(registers, isUpgraded, isSkipped) {
    const flags = registers[register.FLAGS];
    const code = registers[register.CODE];
    const hasBody = (flags & CHUNKED) !== 0 || lengthOf(registers) > 0;
    const isAnswer = !isRequest(registers);
    if ((isUpgraded && (isConnect(registers) || isSkipped || !hasBody)) || (isAnswer && code === 101)) return body.OTHER_PROTOCOL;
    if (isSkipped || (isAnswer && (code === 100 || code === 102 || code === 103 || code === 204 || code === 304))) return body.NONE;
    if ((flags & CHUNKED) !== 0) return body.CHUNKED;
    if ((flags & ENCODING) !== 0) {
      const isForgiven = (registers[register.LENIENT] & (LENIENT_LENGTH | LENIENT_ENCODING)) !== 0;
      return isAnswer || isForgiven ? body.TO_END : body.REFUSED;
    }
    if ((flags & LENGTH) === 0) return isToEnd(registers, isSkipped) ? body.TO_END : body.NONE;
    return lengthOf(registers) > 0 ? body.LENGTH : body.NONE;
  }

  return {
    __proto__: null,
    body,
    bodyOf,
    isRequest,
    isUpgrade,
    keepsAlive,
    LENIENT_DATA_AFTER_CLOSE,
    LENIENT_KEEP_ALIVE,
    lengthOf,
    register,
    REGISTERS,
    state,
  };
})();
