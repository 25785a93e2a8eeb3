// Answers: what a handler returns or throws becomes one answer or one fault.
//
// index.js passes the handler's result; it goes to Rust through the op of its shape (op_skep_reply_*, op_skep_fail), a stream by stream.js.
// Ops that V8 calls directly come later, by `bind`.
//
// Invariant: sendResult throws nothing: an error on the way becomes the fault `bad_response`.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_fail, op_skep_reply_bytes, op_skep_reply_empty, op_skep_reply_text } = core.ops;
  const {
    JSONStringify,
    ObjectPrototypeIsPrototypeOf,
    RangeError,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetSymbolToStringTag,
  } = primordials;
  const {
    Response,
    ResponsePrototype,
    responseBodyUsed,
    serveFastBodyKey,
    serveFastConsumedKey,
    serveFastContentTypeKey,
    serveFastHeaderKindKey,
    serveFastStatusKey,
    toInnerResponse,
    wireHeaderList,
  } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { ReadableStreamPrototype } = core.loadExtScript("ext:deno_web/06_streams.js");
  const { describe, firstLine } = internals.errors;
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { replyPieces, replyStream, replyTextPieces } = core.loadExtScript("ext:skep/dispatch/stream.js");

  /**
   * Bytes (or characters) of an answer that is copied to Rust as a whole. A larger one goes in pieces, of which fewer bytes than these wait
   * there: the memory of an answer that no client reads has this bound either way. So does one for which Rust has no room: answers of this
   * function that were not taken use all of its share.
   */
  const WHOLE_MAX = 256 << 10;

  // The kinds of op_skep_fail (runtime/ops/answer.rs).
  const FAULT_THREW = 0;
  const FAULT_BAD_RESPONSE = 1;
  const FAULT_MALFORMED_BODY = 2;
  const STATUS_OF_KIND = 0;

  /** Characters of a header text: more than the limit in bytes (runtime/ops/answer.rs), line feeds of names and values included. */
  const HEADER_TEXT_MAX = 256 << 10;

  // The header kinds of a Response with a fast body (23_response.js of deno_fetch).
  const HEADER_KIND_NONE = 0;
  const HEADER_KIND_TEXT = 1;

  // A header text is either a bare content type, or lines (see headerText).
  const TEXT = "text/plain;charset=UTF-8";
  const JSON_TYPE = "application/json";
  const BYTES = "application/octet-stream";

  // V8 calls an op directly only in a place where it has seen no other one: the slow and the fast ones have a place each.
  let fastBytes, fastEmpty, fastText;

  const bind = (ops) => ({ op_skep_reply_bytes: fastBytes, op_skep_reply_empty: fastEmpty, op_skep_reply_text: fastText } = ops);

  function sendBytes(id, status, headers, bytes) {
    return fastBytes === undefined ? op_skep_reply_bytes(id, status, headers, bytes) : fastBytes(id, status, headers, bytes);
  }

  function sendEmpty(id, status, headers) {
    if (fastEmpty === undefined) op_skep_reply_empty(id, status, headers);
    else fastEmpty(id, status, headers);
  }

  function sendText(id, status, headers, text) {
    return fastText === undefined ? op_skep_reply_text(id, status, headers, text) : fastText(id, status, headers, text);
  }

  /** The handler threw, or its promise rejected. */
  function failThrown(call, error, status = STATUS_OF_KIND) {
    const description = describe(error);
    op_skep_fail(call.id, FAULT_THREW, firstLine(description), description, status);
  }

  function failBadResponse(call, why, status = STATUS_OF_KIND) {
    op_skep_fail(call.id, FAULT_BAD_RESPONSE, why, "", status);
  }

  /** The body of the request is not what its content type says. */
  function failMalformed(call, why) {
    op_skep_fail(call.id, FAULT_MALFORMED_BODY, why, "", STATUS_OF_KIND);
  }

  /** Sends what the handler returned. */
  function sendResult(call, result) {
    try {
      if (typeof result === "string") {
        replyText(call, 200, call.setCookies === null ? TEXT : headersOf(call, TEXT), result);
      } else if (ObjectPrototypeIsPrototypeOf(ResponsePrototype, result)) {
        replyResponse(call, result);
      } else {
        replyValue(call, result);
      }
    } catch (error) {
      failBadResponse(call, `cannot send the answer: ${firstLine(describe(error))}`);
    }
  }

  /** A text of more characters than the instance may have bytes fails before V8 flattens and copies it. */
  function replyText(call, status, headers, text) {
    if (text.length > instance.textMax) failBadResponse(call, "the answer is larger than memory_mb");
    else if (text.length > WHOLE_MAX || !sendText(call.id, status, headers, text)) replyTextPieces(call, status, headers, text);
  }

  function replyBytes(call, status, headers, bytes) {
    const isWhole = TypedArrayPrototypeGetByteLength(bytes) <= WHOLE_MAX && sendBytes(call.id, status, headers, bytes);
    if (!isWhole) replyPieces(call, status, headers, bytes);
  }

  function replyValue(call, value) {
    if (TypedArrayPrototypeGetSymbolToStringTag(value) === "Uint8Array") {
      replyBytes(call, 200, headersOf(call, BYTES), value);
      return;
    }
    if (ObjectPrototypeIsPrototypeOf(ReadableStreamPrototype, value)) {
      replyStream(call, 200, headersOf(call, ""), value);
      return;
    }
    const text = JSONStringify(value);
    if (text === undefined) {
      failBadResponse(call, `the handler returned ${value === undefined ? "undefined" : typeof value}: return a Response, a string or something JSON can carry`);
    } else {
      replyText(call, 200, headersOf(call, JSON_TYPE), text);
    }
  }

  function replyResponse(call, response) {
    // Frameworks for Node make look-alikes, which inherit from Response and hold one.
    if (response[serveFastStatusKey] === undefined) response = new Response(response.body, response);
    if (response[serveFastConsumedKey] === true || responseBodyUsed(response)) {
      failBadResponse(call, "the handler returned a Response whose body was read already");
      return;
    }
    const status = response[serveFastStatusKey];
    if (status !== 0 && call.setCookies === null) {
      const body = response[serveFastBodyKey];
      const kind = response[serveFastHeaderKindKey];
      const type = kind === HEADER_KIND_NONE ? "" : kind === HEADER_KIND_TEXT ? TEXT : response[serveFastContentTypeKey];
      response[serveFastConsumedKey] = true;
      if (typeof body === "string") replyText(call, status, type, body);
      else replyBytes(call, status, type, body);
      return;
    }
    const inner = toInnerResponse(response);
    if (inner.type === "error") {
      failBadResponse(call, "the handler returned Response.error()");
      return;
    }
    replyInner(call, inner);
  }

  function replyInner(call, inner) {
    const headers = headerText(wireHeaderList(inner)) + cookieText(call);
    const body = inner.body;
    if (body === null) {
      sendEmpty(call.id, inner.status, headers);
      return;
    }
    const fixed = body.streamOrStatic.body;
    if (typeof fixed === "string") {
      body.streamOrStatic.consumed = true;
      replyText(call, inner.status, headers, fixed);
    } else if (TypedArrayPrototypeGetSymbolToStringTag(fixed) === "Uint8Array") {
      body.streamOrStatic.consumed = true;
      replyBytes(call, inner.status, headers, fixed);
    } else {
      replyStream(call, inner.status, headers, body.stream);
    }
  }

  /** The headers of an answer that is no Response: its content type, and the cookies that `ctx.cookies` has set. */
  function headersOf(call, type) {
    if (call.setCookies === null) return type;
    return type === "" ? cookieText(call) : `\ncontent-type\n${type}${cookieText(call)}`;
  }

  function cookieText(call) {
    if (call.setCookies === null) return "";
    let text = "";
    for (let i = 0; i < call.setCookies.length; i++) text += `\nset-cookie\n${call.setCookies[i]}`;
    return text;
  }

  /** Names and values in lines, each begun by a line feed: they are checked byte strings without line breaks. */
  function headerText(list) {
    let text = "";
    for (let i = 0; i < list.length; i++) {
      text += `\n${list[i][0]}\n${list[i][1]}`;
      // Rejected before it is copied; Rust rejects a text that is shorter and still too long.
      if (text.length > HEADER_TEXT_MAX) throw new RangeError("the headers are too large");
    }
    return text;
  }

  return { bind, failBadResponse, failMalformed, failThrown, headerText, replyBytes, replyText, sendResult, TEXT };
})();
