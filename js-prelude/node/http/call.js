// One call of a function that is a server of Node: its IncomingMessage and ServerResponse, built straight from the call.
//
// dispatch/index.js calls `begin`, by way of node/http/servers.js or of dialects/express/serve.js. The head and body of the request come from
// Rust when they are asked for; node/http/call_socket.js takes what the response writes.
//
// Invariant: a call is answered once, and what its client leaves behind is destroyed.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_body_cancel, op_skep_body_full, op_skep_body_read, op_skep_headers, op_skep_url } = core.ops;
  const {
    ArrayPrototypePush,
    MapPrototypeDelete,
    MapPrototypeSet,
    PromisePrototypeThen,
    RegExpPrototypeTest,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
  } = primordials;
  const { nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");
  const { connResetException } = core.loadExtScript("ext:deno_node/internal/errors.ts");
  const { load } = internals.nodeModules;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { kIncomingMessage, kServerResponse } = load("ext:deno_node/node:_http_server");
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { failThrown } = core.loadExtScript("ext:skep/dispatch/respond.js");
  const { BODY_NONE } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { CallSocket } = core.loadExtScript("ext:skep/node/http/call_socket.js");
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");

  const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

  /** The request line, headers and body of a call as an IncomingMessage; `body` is the body if it was read already. */
  function incomingOf(server, socket, call, method, bodyKind, body) {
    const request = new server[kIncomingMessage](socket);
    const url = op_skep_url(call.id);
    request.method = method;
    request.url = StringPrototypeSlice(url, StringPrototypeIndexOf(url, "/", StringPrototypeIndexOf(url, "://") + 3));
    request.httpVersionMajor = request.httpVersionMinor = 1;
    request.httpVersion = "1.1";
    const headers = op_skep_headers(call.id);
    if (bodyKind !== BODY_NONE && !hasLength(headers)) ArrayPrototypePush(headers, "transfer-encoding", "chunked");
    request._addHeaderLines(headers, headers.length);
    readBody(request, call, bodyKind, body);
    return request;
  }

  /** Whether the head tells the length of the body; else Node's readers look for the encoding. */
  function hasLength(headers) {
    for (let i = 0; i < headers.length; i += 2) if (headers[i] === "content-length") return true;
    return false;
  }

  /** Lets the stream pull the body: at once if it is here whole, else chunk by chunk. */
  function readBody(request, call, bodyKind, body) {
    request._readableState.readingMore = false;
    if (bodyKind === BODY_NONE) {
      request.complete = true;
      request._read = function () {
        this.push(null);
      };
      return;
    }
    const { id } = call;
    const whole = body ?? op_skep_body_full(id);
    request.complete = whole !== null;
    let isReading = false;
    const take = (chunk) => {
      isReading = false;
      if (chunk === null) {
        request.complete = true;
        request.push(null);
      } else {
        request.push(Buffer.from(TypedArrayPrototypeGetBuffer(chunk)));
      }
    };
    request._read = function () {
      this._consuming = true;
      if (whole !== null) {
        if (TypedArrayPrototypeGetByteLength(whole) > 0) this.push(bufferOf(whole));
        this.push(null);
      } else if (!isReading) {
        isReading = true;
        PromisePrototypeThen(op_skep_body_read(id), take, (error) => this.destroy(error));
      }
    };
    request.once("close", () => {
      if (!request.complete) op_skep_body_cancel(id);
    });
  }

  /** A Buffer of the same bytes. */
  function bufferOf(bytes) {
    return Buffer.from(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes), TypedArrayPrototypeGetByteLength(bytes));
  }

  /**
   * Begins a call: the server's listeners get its request and response. With `own` they are not asked: `own.answer(request, response, fail)`
   * is, where `fail(error, tell)` ends the call; `own.body` has the bytes of a body that was read already, or null.
   */
  function begin(server, call, method, bodyKind, own = null) {
    const socket = new CallSocket(call, server);
    const request = incomingOf(server, socket, call, method, bodyKind, own === null ? null : own.body);
    const response = new server[kServerResponse](request, {
      highWaterMark: server.highWaterMark,
      rejectNonStandardBodyWrites: server.rejectNonStandardBodyWrites,
    });
    // The host frames the answer, dates it, and keeps the connection.
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    response.sendDate = false;
    response.addTrailers = refuseTrailers;
    response.assignSocket(socket);
    MapPrototypeSet(pendingCalls, call.id, call);
    call.onLeave = () => leave(request, socket);
    call.onUncaught = (error) => !socket.hasBegun && fail(call, socket, error);
    response.once("finish", () => finish(call, request, response, socket));
    try {
      if (own === null) emit(server, request, response);
      else own.answer(request, response, (error, tell) => fail(call, socket, error, tell));
    } catch (error) {
      fail(call, socket, error);
    }
  }

  function emit(server, request, response) {
    const { expect } = request.headers;
    if (expect === undefined) server.emit("request", request, response);
    else if (RegExpPrototypeTest(CONTINUE, expect)) {
      response._expect_continue = true;
      if (!server.emit("checkContinue", request, response)) server.emit("request", request, response);
    } else if (!server.emit("checkExpectation", request, response)) {
      response.writeHead(417);
      response.end();
    }
  }

  function refuseTrailers() {
    const { refused } = core.loadExtScript("ext:skep/node/refused.js");
    refused("response.addTrailers()", "the host frames the answer; send the values in headers, or in the body")();
  }

  /** The whole answer was written. */
  function finish(call, request, response, socket) {
    socket.completeAnswer();
    MapPrototypeDelete(pendingCalls, call.id);
    if (!request._consuming && !request._readableState.resumeScheduled) request._dump();
    response.detachSocket(socket);
    nextTick(emitClose, response);
    // A connection of its own ends with the call.
    if (socket.listenerCount("close") > 0) socket.destroy();
  }

  function emitClose(response) {
    response.destroyed = true;
    response._closed = true;
    response.emit("close");
  }

  /** The client left. */
  function leave(request, socket) {
    socket.hasLeft = true;
    if (!request.readableEnded || !request.complete) request.destroy(request.listenerCount("error") > 0 ? connResetException("aborted") : undefined);
    socket.destroy();
  }

  /** A listener threw, or what it began did. After an answer has begun, the error is only reported; before, `tell` makes it the answer. */
  function fail(call, socket, error, tell = failThrown) {
    MapPrototypeDelete(pendingCalls, call.id);
    if (socket.hasBegun) {
      reportError(error);
    } else {
      socket.hasBegun = true;
      tell(call, error);
    }
    socket.destroy();
    return true;
  }

  return { __proto__: null, begin };
})();
