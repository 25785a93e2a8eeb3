// A call as dialects with events see it: its head, its body, and its answer.
//
// Dialects call it for each request; what they answer goes to Rust through dispatch/respond.js.
//
// Invariant: a call is answered, or fails, once; what comes second is ignored by Rust.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_body_full, op_skep_body_read, op_skep_headers, op_skep_reply_empty, op_skep_url } = core.ops;
  const {
    ArrayPrototypePush, MapPrototypeDelete, MapPrototypeSet, ObjectPrototypeIsPrototypeOf, PromisePrototypeThen, PromiseResolve,
    StringPrototypeIndexOf, StringPrototypeSlice, TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, Uint8Array,
  } = primordials;
  const { ReadableStreamPrototype } = core.loadExtScript("ext:deno_web/06_streams.js");
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { BODY_NONE } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { replyStream } = core.loadExtScript("ext:skep/dispatch/stream.js");
  const { failBadResponse, failMalformed, failThrown, headerText, replyBytes, replyText } = core.loadExtScript("ext:skep/dispatch/respond.js");

  /** The request line and the headers: `headers` is a flat list, lower case names and values by turns. */
  function headOf(call, method) {
    const url = op_skep_url(call.id);
    const at = StringPrototypeIndexOf(url, "/", StringPrototypeIndexOf(url, "://") + 3);
    const target = StringPrototypeSlice(url, at);
    const mark = StringPrototypeIndexOf(target, "?");
    return {
      __proto__: null,
      method,
      url,
      path: mark === -1 ? target : StringPrototypeSlice(target, 0, mark),
      query: mark === -1 ? "" : StringPrototypeSlice(target, mark + 1),
      headers: op_skep_headers(call.id),
    };
  }

  const EMPTY = 0;

  /** The body: bytes, or a promise of them if it is not all here. `body_mb` bounds it. */
  function readBody(call, bodyKind) {
    if (bodyKind === BODY_NONE) return new Uint8Array(EMPTY);
    return op_skep_body_full(call.id) ?? readRest(call);
  }

  async function readRest(call) {
    const chunks = [];
    let length = 0;
    for (let chunk = await op_skep_body_read(call.id); chunk !== null; chunk = await op_skep_body_read(call.id)) {
      ArrayPrototypePush(chunks, chunk);
      length += TypedArrayPrototypeGetByteLength(chunk);
    }
    const whole = new Uint8Array(length);
    let at = 0;
    for (let i = 0; i < chunks.length; i++) {
      TypedArrayPrototypeSet(whole, chunks[i], at);
      at += TypedArrayPrototypeGetByteLength(chunks[i]);
    }
    return whole;
  }

  /** A flat list of names and values as pairs, which dispatch/respond.js writes. */
  function pairs(headers) {
    const list = [];
    for (let i = 0; i + 1 < headers.length; i += 2) ArrayPrototypePush(list, [headers[i], headers[i + 1]]);
    return list;
  }

  /** Answers: `headers` is a flat list; `body` is null, a text, bytes or a stream of them. */
  function answer(call, status, headers, body) {
    const text = headerText(pairs(headers));
    if (body === null || body === undefined || body === "") op_skep_reply_empty(call.id, status, text);
    else if (typeof body === "string") replyText(call, status, text, body);
    else if (ObjectPrototypeIsPrototypeOf(ReadableStreamPrototype, body)) replyStream(call, status, text, body);
    else replyBytes(call, status, text, body);
  }

  /** Runs `work`; while its promise is pending, the call is open. What it throws fails the call. */
  function run(call, work) {
    try {
      const result = work();
      if (result === null || result === undefined || typeof result.then !== "function") return;
      MapPrototypeSet(pendingCalls, call.id, call);
      // An answer that still streams is forgotten by dispatch/stream.js: until then its client may leave.
      const done = () => {
        if (!call.isStreaming) MapPrototypeDelete(pendingCalls, call.id);
      };
      PromisePrototypeThen(PromiseResolve(result), done, (error) => {
        done();
        failThrown(call, error);
      });
    } catch (error) {
      failThrown(call, error);
    }
  }

  const requestId = (call) => call.requestId();
  const remoteAddress = (call) => call.remoteAddress()?.hostname ?? "";
  const traceparent = (call) => call.outgoingTraceparent();
  /** The path of the manifest's route that the call came by, `/orders/:id`; empty if it came by the function's name. */
  const routeOf = (call) => call.routePattern();

  return { __proto__: null, answer, failBadResponse, failMalformed, failThrown, headOf, readBody, remoteAddress, requestId, routeOf, run, traceparent };
})();
