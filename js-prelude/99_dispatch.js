// The only entry Rust calls: a request in, a response out.
//
// Loaded after the snapshot, once per instance, so that its ops are V8 fast calls. Rust calls `assign` (what this instance is),
// `load` (evaluate the module), then `dispatch` once per request; answers go back through `op_skep_reply_*` and no promise is watched from Rust.
//
// A request is read lazily: URL, headers and body cross into JavaScript when the handler asks for them.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    op_skep_background,
    op_skep_body_full,
    op_skep_body_read,
    op_skep_body_cancel,
    op_skep_call,
    op_skep_fail,
    op_skep_header,
    op_skep_headers,
    op_skep_memory_bytes,
    op_skep_meta,
    op_skep_reply_bytes,
    op_skep_reply_empty,
    op_skep_reply_stream,
    op_skep_reply_text,
    op_skep_stream_close,
    op_skep_stream_ready,
    op_skep_stream_write,
    op_skep_url,
  } = core.ops;
  const {
    ArrayPrototypePush,
    Error,
    JSONStringify,
    MapPrototypeDelete,
    MapPrototypeGet,
    MapPrototypeSet,
    ObjectFreeze,
    ObjectPrototypeIsPrototypeOf,
    PromisePrototype,
    PromisePrototypeThen,
    PromiseResolve,
    RangeError,
    SafeMap,
    SafePromisePrototypeFinally,
    StringPrototypeIndexOf,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    TypeError,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetSymbolToStringTag,
    Uint8Array,
  } = primordials;
  const { setAsyncContext } = core;

  const { InnerBody } = core.loadExtScript("ext:deno_fetch/22_body.js");
  const { abortRequest, fromInnerRequest, Request, toInnerRequest } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const {
    fromInnerResponse,
    newInnerResponse,
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
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");
  const { ReadableStream, ReadableStreamPrototype } = core.loadExtScript("ext:deno_web/06_streams.js");

  // As in runtime/ops/exchange.rs.
  const FAULT_THREW = 0;
  const FAULT_BAD_RESPONSE = 1;
  const BODY_NONE = 0;
  const CHECK = 2;

  /** Characters of a text about an error: its limit in bytes (runtime/ops/answer.rs). */
  const DETAIL_MAX = 64 << 10;
  /** Characters of a text about headers: more than the limit in bytes (runtime/ops/answer.rs), names' and values' line ends included. */
  const HEAD_MAX = 256 << 10;

  const SERVE_FAST_TEXT = 1;
  const TEXT = "text/plain;charset=UTF-8";
  const JSON_TYPE = "application/json";

  // What this instance is; set once, by `assign`.
  let functionName = "";
  let versionId = "";
  let env = ObjectFreeze({ __proto__: null });
  let textMax = 2 ** 29;

  let served = null; // the handler given to Deno.serve
  let checked = null; // what the module exports as `check`
  let handle = null; // (request, call) => the handler's result
  const pending = new SafeMap(); // id to Call, for calls that did not settle at once

  /** One call in flight. It is the async context of everything the call runs, and its `ctx` for the handler. */
  class Call {
    id; // read by Rust after an interrupt, so a plain property
    #context = null;
    #meta = null;
    request = null;
    reader = null;
    isSkepCall = true;

    constructor(id) {
      this.id = id;
    }
    #fields() {
      // Lines: request id, traceparent of this hop, hops so far + 1, remote address, tracestate (see op_skep_meta).
      return this.#meta ??= StringPrototypeSplit(op_skep_meta(this.id), "\n");
    }
    isOpen() {
      try {
        return this.#fields() !== null;
      } catch {
        return false;
      }
    }
    outgoingTraceparent() {
      return this.#fields()[1];
    }
    tracestate() {
      return this.#fields()[4] || null;
    }
    hops() {
      return this.#fields()[2];
    }
    remote() {
      return this.#fields()[3];
    }
    requestId() {
      return this.#fields()[0];
    }
    context() {
      return this.#context ??= new Context(this);
    }
  }

  /** `ctx`: the second argument of a plain handler and the third of a Workers handler. */
  class Context {
    #call;
    #props = undefined;
    constructor(call) {
      this.#call = call;
    }
    get env() {
      return env;
    }
    get function() {
      return functionName;
    }
    get version() {
      return versionId;
    }
    get requestId() {
      return this.#call.requestId();
    }
    get trace() {
      const parts = StringPrototypeSplit(this.#call.outgoingTraceparent(), "-");
      return { traceId: parts[1], spanId: parts[2], sampled: parts[3] === "01" };
    }
    get remoteAddr() {
      return remoteAddress(this.#call);
    }
    get props() {
      return this.#props ??= {};
    }
    /** Keeps the instance alive until `promise` settles. */
    waitUntil(promise) {
      background(this.#call, promise);
    }
    /** Accepted for Workers code; there is no origin to pass through to. */
    passThroughOnException() {}
    /** Calls another function without a socket, in the same trace. */
    call(name, input = "/", init = undefined) {
      return callFunction(this.#call, name, input, init);
    }
  }

  function remoteAddress(call) {
    const remote = call.remote();
    if (remote === "") return null;
    const at = StringPrototypeLastIndexOf(remote, ":");
    return { transport: "tcp", hostname: StringPrototypeSlice(remote, 0, at), port: +StringPrototypeSlice(remote, at + 1) };
  }

  /** The inside of a Request: what deno_fetch reads from, filled from Rust when asked. */
  class InnerCall {
    #call;
    #headers = null;
    #url = null;
    method;
    body;
    redirectMode = "follow";
    redirectCount = 0;
    clientRid = null;
    blobUrlEntry = null;
    urlListProcessed = [];

    constructor(call, method, body) {
      this.#call = call;
      this.method = method;
      this.body = body;
    }
    get urlList() {
      return [() => this.url()];
    }
    get headerList() {
      if (this.#headers !== null) return this.#headers;
      const flat = op_skep_headers(this.#call.id);
      const list = [];
      for (let i = 0; i < flat.length; i += 2) ArrayPrototypePush(list, [flat[i], flat[i + 1]]);
      return this.#headers = list;
    }
    set headerList(list) {
      this.#headers = list;
    }
    header(name) {
      return op_skep_header(this.#call.id, name);
    }
    url() {
      return this.#url ??= op_skep_url(this.#call.id);
    }
    currentUrl() {
      return this.url();
    }
  }

  /** A ReadableStream over a body that Rust holds; pulls one chunk at a time, so back-pressure reaches the sender. */
  function inboundStream(id) {
    return new ReadableStream({
      type: "bytes",
      async pull(controller) {
        const chunk = await op_skep_body_read(id);
        if (chunk === null) {
          controller.close();
          controller.byobRequest?.respond(0);
        } else {
          controller.enqueue(chunk);
        }
      },
      cancel() {
        op_skep_body_cancel(id);
      },
    }, { highWaterMark: 0 });
  }

  /** A body that is here whole becomes a static body (no stream is ever built); the rest streams. */
  function inboundBody(id) {
    const whole = op_skep_body_full(id);
    return whole === null
      ? new InnerBody(inboundStream(id))
      : new InnerBody({ body: whole, consumed: false });
  }

  function makeRequest(call, method, bodyKind) {
    const body = bodyKind === BODY_NONE ? null : inboundBody(call.id);
    const request = fromInnerRequest(new InnerCall(call, method, body), "immutable");
    call.request = request;
    return request;
  }

  // ---- answers ------------------------------------------------------------------------------------------------------------

  function threw(call, error) {
    const stack = describeAtLength(error);
    op_skep_fail(call.id, FAULT_THREW, firstLine(stack), stack);
  }

  /** The text of any thrown value, cut before it crosses. */
  function describeAtLength(error) {
    try {
      return head(internals.describe(error));
    } catch {
      return "a value was thrown that cannot be described"; // One of its getters threw as well.
    }
  }

  function head(text) {
    return text.length > DETAIL_MAX ? StringPrototypeSlice(text, 0, DETAIL_MAX) : text;
  }

  function firstLine(text) {
    const end = StringPrototypeIndexOf(text, "\n");
    return end === -1 ? text : StringPrototypeSlice(text, 0, end);
  }

  function badResponse(call, what) {
    op_skep_fail(call.id, FAULT_BAD_RESPONSE, what, "");
  }

  /** A text of more characters than the instance may have bytes is refused before it is flattened and copied. */
  function replyText(call, status, head, text) {
    if (text.length > textMax) badResponse(call, "the answer is larger than memory_mb");
    else op_skep_reply_text(call.id, status, head, text);
  }

  function settle(call, result) {
    try {
      if (ObjectPrototypeIsPrototypeOf(ResponsePrototype, result)) {
        replyResponse(call, result);
      } else if (typeof result === "string") {
        replyText(call, 200, TEXT, result);
      } else {
        replyValue(call, result);
      }
    } catch (error) {
      badResponse(call, `the answer could not be sent: ${describeShortly(error)}`);
    }
  }

  function describeShortly(error) {
    try {
      return firstLine(head(internals.describe(error)));
    } catch {
      return "unknown error";
    }
  }

  function replyValue(call, value) {
    if (TypedArrayPrototypeGetSymbolToStringTag(value) === "Uint8Array") {
      op_skep_reply_bytes(call.id, 200, "application/octet-stream", value);
      return;
    }
    if (ObjectPrototypeIsPrototypeOf(ReadableStreamPrototype, value)) {
      replyStream(call, 200, "", value);
      return;
    }
    const text = JSONStringify(value);
    if (text === undefined) {
      badResponse(call, `the handler returned ${value === undefined ? "undefined" : typeof value}: return a Response, a string or something JSON can carry`);
    } else {
      replyText(call, 200, JSON_TYPE, text);
    }
  }

  function replyResponse(call, response) {
    if (response[serveFastConsumedKey] === true || responseBodyUsed(response)) {
      badResponse(call, "the handler returned a Response whose body was read already");
      return;
    }
    const status = response[serveFastStatusKey];
    if (status !== 0) {
      const body = response[serveFastBodyKey];
      const kind = response[serveFastHeaderKindKey];
      const type = kind === 0 ? "" : kind === SERVE_FAST_TEXT ? TEXT : response[serveFastContentTypeKey];
      response[serveFastConsumedKey] = true;
      if (typeof body === "string") replyText(call, status, type, body);
      else op_skep_reply_bytes(call.id, status, type, body);
      return;
    }
    const inner = toInnerResponse(response);
    if (inner.type === "error") {
      badResponse(call, "the handler returned Response.error()");
      return;
    }
    replyInner(call, inner);
  }

  /** Header names and values are checked byte strings without line breaks, so lines carry them. */
  function flatten(list) {
    let flat = "";
    for (let i = 0; i < list.length; i++) {
      flat += `\n${list[i][0]}\n${list[i][1]}`;
      // Refused before it is copied; the host refuses what is less and still too much.
      if (flat.length > HEAD_MAX) throw new RangeError("the headers are too large");
    }
    return flat;
  }

  function replyInner(call, inner) {
    const flat = flatten(wireHeaderList(inner));
    const body = inner.body;
    if (body === null) {
      op_skep_reply_empty(call.id, inner.status, flat);
      return;
    }
    const fixed = body.streamOrStatic.body;
    if (typeof fixed === "string") {
      body.streamOrStatic.consumed = true;
      replyText(call, inner.status, flat, fixed);
    } else if (TypedArrayPrototypeGetSymbolToStringTag(fixed) === "Uint8Array") {
      body.streamOrStatic.consumed = true;
      op_skep_reply_bytes(call.id, inner.status, flat, fixed);
    } else {
      replyStream(call, inner.status, flat, body.stream);
    }
  }

  function replyStream(call, status, flat, stream) {
    const reader = stream.getReader();
    op_skep_reply_stream(call.id, status, flat);
    call.reader = reader;
    MapPrototypeSet(pending, call.id, call); // a client that leaves while the body streams fires request.signal
    const forget = () => MapPrototypeDelete(pending, call.id);
    PromisePrototypeThen(pump(call.id, reader), forget, forget);
  }

  /** Moves chunks to the client as fast as it takes them. A client that left cancels the stream. */
  async function pump(id, reader) {
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        const chunk = typeof value === "string" ? core.encode(value) : value;
        if (TypedArrayPrototypeGetSymbolToStringTag(chunk) !== "Uint8Array") {
          throw new TypeError("a response body stream may carry only Uint8Array chunks");
        }
        if (TypedArrayPrototypeGetByteLength(chunk) === 0) continue;
        if (!op_skep_stream_write(id, chunk) && !(await op_skep_stream_ready(id))) {
          op_skep_stream_close(id, "");
          await reader.cancel(new Error("the client left"));
          return;
        }
      }
      op_skep_stream_close(id, "");
    } catch (error) {
      op_skep_stream_close(id, describeShortly(error) || "the body stream failed");
      PromisePrototypeThen(reader.cancel(error), undefined, () => {});
    }
  }

  // ---- background work and calls of other functions -----------------------------------------------------------------------

  function background(call, promise) {
    const id = call.id;
    const work = PromiseResolve(promise); // may throw, so it comes first
    op_skep_background(id, true);
    const done = () => op_skep_background(id, false);
    PromisePrototypeThen(
      SafePromisePrototypeFinally(work, done),
      undefined,
      // A rejected background promise is the function's own affair, but never a silent one.
      reportError,
    );
  }

  async function callFunction(call, name, input, init) {
    const absolute = typeof input === "string" && input[0] === "/" ? `http://${name}${input}` : input;
    const request = new Request(absolute, init);
    const inner = toInnerRequest(request);
    let body = null;
    if (inner.body !== null) body = new Uint8Array(await request.arrayBuffer());
    const flat = flatten(inner.headerList);
    const answer = await op_skep_call(call.id, `${name}`, request.method, inner.url(), flat, body);
    const response = newInnerResponse(answer.status);
    const list = StringPrototypeSplit(answer.headers, "\n");
    for (let i = 1; i + 1 < list.length; i += 2) ArrayPrototypePush(response.headerList, [list[i], list[i + 1]]);
    if (answer.body !== BODY_NONE) response.body = inboundBody(answer.body);
    return fromInnerResponse(response, "immutable");
  }

  // ---- dialects -----------------------------------------------------------------------------------------------------------

  function serve(first, second) {
    const handler = typeof first === "function" ? first : typeof second === "function" ? second : first?.handler;
    if (typeof handler !== "function") throw new TypeError("Deno.serve needs a handler function");
    if (served !== null) throw new TypeError("Deno.serve was called before: a function has one handler");
    served = handler;
    const finished = new Promise(() => {});
    return {
      finished,
      addr: { transport: "tcp", hostname: "0.0.0.0", port: 80 },
      ref() {},
      unref() {},
      shutdown: async () => {},
    };
  }

  function denoInfo(call) {
    return {
      get remoteAddr() {
        return remoteAddress(call);
      },
      completed: PromiseResolve(undefined),
    };
  }

  /** Finds the handler by what the module exports or registered. Returns the dialect's name, or throws what to do instead. */
  function adopt(namespace) {
    const exported = namespace.default;
    if (typeof namespace.check === "function") checked = namespace.check;
    if (served !== null) {
      const handler = served;
      handle = (request, call) => handler(request, denoInfo(call));
      return "deno";
    }
    if (typeof exported === "function") {
      handle = (request, call) => exported(request, call.context());
      return "plain";
    }
    if (exported !== null && typeof exported === "object" && typeof exported.fetch === "function") {
      handle = (request, call) => exported.fetch(request, env, call.context());
      return "workers";
    }
    throw new TypeError(
      "no handler found: use `export default (request, ctx) => ...`, `export default { fetch(request, env, ctx) { ... } }` or `Deno.serve(handler)`",
    );
  }

  /**
   * Evaluates the linked module and adopts it. Never rejects: the answer is the dialect's name, or empty and what went wrong. An error is looked at
   * here and not by the engine, which would copy all that a function may have put into it. Without `url` the module is evaluated already.
   */
  async function load(namespace, url) {
    try {
      if (url !== "") await import(url);
      return [adopt(namespace), ""];
    } catch (error) {
      return ["", describeAtLength(error)];
    }
  }

  /** What this instance is: once, before the module is loaded. */
  function assign(name, version, variables) {
    functionName = name;
    versionId = version;
    textMax = op_skep_memory_bytes();
    const copy = { __proto__: null };
    for (let i = 0; i < variables.length; i += 2) copy[variables[i]] = variables[i + 1];
    env = ObjectFreeze(copy);
  }

  // ---- the entry ----------------------------------------------------------------------------------------------------------

  function dispatch(id, method, bodyKind) {
    const call = new Call(id);
    const finish = bodyKind === CHECK ? passed : settle;
    setAsyncContext(call);
    try {
      const result = bodyKind === CHECK ? check(call) : handle(makeRequest(call, method, bodyKind), call);
      if (ObjectPrototypeIsPrototypeOf(PromisePrototype, result) || typeof result?.then === "function") {
        MapPrototypeSet(pending, id, call);
        PromisePrototypeThen(
          PromiseResolve(result),
          (value) => {
            MapPrototypeDelete(pending, id);
            finish(call, value);
          },
          (error) => {
            MapPrototypeDelete(pending, id);
            threw(call, error);
          },
        );
      } else {
        finish(call, result);
      }
    } catch (error) {
      threw(call, error);
    } finally {
      setAsyncContext(undefined);
    }
  }

  /** What a release asks a version that exports `check(ctx)`; 204 tells it that this one does not. */
  function check(call) {
    call.request = new Request("http://check/"); // nobody sees it; its signal is aborted like any other's
    return checked === null ? new Response(null, { status: 204 }) : checked(call.context());
  }

  /** `false` and an answer that is not 2xx refuse the version, and so does an error; anything else is consent. */
  function passed(call, result) {
    if (result === false) badResponse(call, "check() returned false");
    else if (ObjectPrototypeIsPrototypeOf(ResponsePrototype, result)) settle(call, result);
    else replyText(call, 200, TEXT, "");
  }

  /** The client left before the answer, or a limit answered for the function: `request.signal` fires. */
  function abort(id) {
    const call = MapPrototypeGet(pending, id);
    if (call === undefined) return;
    MapPrototypeDelete(pending, id);
    setAsyncContext(call);
    try {
      abortRequest(call.request);
      // A stream that waits for an event would learn of it only with its next chunk.
      if (call.reader !== null) PromisePrototypeThen(call.reader.cancel(new Error("the client left")), undefined, () => {});
    } catch (error) {
      reportError(error);
    } finally {
      setAsyncContext(undefined);
    }
  }

  function waitUntil(promise) {
    const call = internals.currentCall();
    if (call === undefined) throw new TypeError("EdgeRuntime.waitUntil works only while a request is handled");
    background(call, promise);
  }

  /** Runs the path of a call once, while the isolate is blank, so that the first real call finds its code compiled. Call 0 does not exist. */
  function warm() {
    const sync = () => Response.json({ warm: true });
    const later = async (request) => new Response(request.method, { headers: { "content-type": "text/plain" } });
    for (const handler of [sync, later]) {
      handle = handler;
      dispatch(0, "GET", BODY_NONE);
    }
    handle = null;
  }

  return { assign, load, dispatch, abort, warm, serve, waitUntil, env: () => env };
})();
