// The bytes that V8 may compile as a WebAssembly module: whole, and cheap enough.
//
// wasm.js passes what a function wants to compile, or the response that holds it. Rust reads what the compilation will cost
// (op_skep_wasm_cost): V8's compilers keep that outside the heap, where no limit sees it. A response is read to its end first, because V8
// would compile it while it arrives.
//
// Invariant: V8 compiles the bytes that were judged: a copy that no code of a function holds.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_wasm_cost } = core.ops;
  const {
    ArrayBufferPrototypeGetByteLength, DataViewPrototypeGetByteLength, ObjectPrototypeIsPrototypeOf, StringPrototypeToLowerCase,
    TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, TypeError, Uint32Array, Uint8Array,
  } = primordials;
  const { limitedStream, refuse, viewOf } = internals.guards;
  const { InnerBody } = core.loadExtScript("ext:deno_fetch/22_body.js");
  const { ResponsePrototype, toInnerResponse } = core.loadExtScript("ext:deno_fetch/23_response.js");

  const MODULE_BYTES_MAX = 8 * 2 ** 20; // As --wasm-max-module-size.
  const TOO_LARGE = `the WebAssembly module is too large: at most ${MODULE_BYTES_MAX} bytes`;
  /** Bytes of one function's code. The largest of PHP, SQLite, resvg, HarfBuzz and an AVIF codec has 153,024. */
  const FUNCTION_BYTES_MAX = 2 ** 20;
  /** Locals and operands of one function, once for each of its blocks and branches: some ten bytes each. The most in those was 1,677,371. */
  const FUNCTION_SLOTS_MAX = 2 ** 23;
  /** The same of all functions of a module. The most in those was 13,153,658. */
  const SLOTS_MAX = 2 ** 26;

  /** What a module costs: op_skep_wasm_cost (runtime/ops/wasm_cost) writes three numbers in this order. */
  const cost = new Uint32Array(3);
  const LARGEST_BYTES = 0;
  const MOST_SLOTS = 1;
  const SLOTS = 2;

  function sizeOf(source) {
    for (let i = 0; i < SIZES.length; i++) {
      try {
        return SIZES[i](source);
      } catch {
        // Not of this kind.
      }
    }
    return 0;
  }
  const SIZES = [ArrayBufferPrototypeGetByteLength, TypedArrayPrototypeGetByteLength, DataViewPrototypeGetByteLength];

  /** Refuses bytes that would cost too much, and returns a copy of others. What is empty or no buffer goes back: the built-in throws. */
  function admitBytes(source) {
    const size = sizeOf(source);
    if (size === 0) return source;
    if (size > MODULE_BYTES_MAX) refuse("WebAssembly module", `${TOO_LARGE}, and it has ${size}`);
    const bytes = new Uint8Array(size);
    TypedArrayPrototypeSet(bytes, viewOf(source));
    op_skep_wasm_cost(bytes, cost);
    if (cost[LARGEST_BYTES] > FUNCTION_BYTES_MAX) {
      refuse("WebAssembly function", `a function of the WebAssembly module is too large: ${cost[LARGEST_BYTES]} bytes, at most ${FUNCTION_BYTES_MAX}`);
    }
    if (cost[MOST_SLOTS] > FUNCTION_SLOTS_MAX) {
      refuse(
        "WebAssembly function",
        `a function of the WebAssembly module costs too much to compile: ${cost[MOST_SLOTS]} locals and operands, counted at each block and branch, at most ${FUNCTION_SLOTS_MAX}`,
      );
    }
    if (cost[SLOTS] > SLOTS_MAX) {
      refuse(
        "WebAssembly module",
        `the WebAssembly module costs too much to compile: ${cost[SLOTS]} locals and operands, counted at each block and branch of its functions, at most ${SLOTS_MAX}`,
      );
    }
    return bytes;
  }

  /** Whether the one content type of a response is that of WebAssembly. */
  function isWasm(headerList) {
    let type;
    for (let i = 0; i < headerList.length; i++) {
      const header = headerList[i];
      if (StringPrototypeToLowerCase(header[0]) === "content-type") type = type === undefined ? header[1] : "";
    }
    return type !== undefined && StringPrototypeToLowerCase(type) === "application/wasm";
  }

  /**
   * The bytes of a response, or of the promise of one. Its private parts alone are asked: a function may give a response, or all of them,
   * a `body` of its own. https://webassembly.github.io/spec/web-api/#compile-a-potential-webassembly-response
   */
  async function bytesOfResponse(source) {
    const response = await source;
    const inner = ObjectPrototypeIsPrototypeOf(ResponsePrototype, response) ? toInnerResponse(response) : undefined;
    if (inner === undefined) throw new TypeError("Argument 1 is not a Response");
    if (!isWasm(inner.headerList)) throw new TypeError("Invalid WebAssembly content type");
    if (inner.status < 200 || inner.status > 299) throw new TypeError(`Failed to receive WebAssembly content: HTTP status code ${inner.status}`);
    const { body } = inner;
    if (body === null) return new Uint8Array(0);
    if (body.unusable()) throw new TypeError("Body already consumed");
    return await new InnerBody(limitedStream(body.stream, MODULE_BYTES_MAX, "WebAssembly module", TOO_LARGE)).consume();
  }

  return { admitBytes, bytesOfResponse };
})();
