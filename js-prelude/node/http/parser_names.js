// Names, numbers and errors of Node's HTTP parser, as deno_node's files and programs read them.
//
// node/http/parser.js hands them out; parser_message.js makes errors too.
//
// Invariant: the order of the methods is that of llhttp, and that of `http_head/words.rs`.

(function () {
  const { primordials } = __bootstrap;
  const { Error } = primordials;

  const methods = [
    "DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH",
    "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE",
    "UNSUBSCRIBE", "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "SOURCE", "QUERY",
  ];

  /** With those of RTSP, which the parser refuses. */
  const allMethods = [
    "DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH",
    "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE",
    "UNSUBSCRIBE", "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "SOURCE",
    "PRI", "DESCRIBE", "ANNOUNCE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER", "REDIRECT", "RECORD", "FLUSH",
    "QUERY",
  ];

  const callbacks = {
    __proto__: null,
    kOnMessageBegin: 0,
    kOnHeaders: 1,
    kOnHeadersComplete: 2,
    kOnBody: 3,
    kOnMessageComplete: 4,
    kOnExecute: 5,
    kOnTimeout: 6,
  };

  const constants = {
    __proto__: null,
    REQUEST: 1,
    RESPONSE: 2,
    ...callbacks,
    kLenientNone: 0,
    kLenientHeaders: 1,
    kLenientChunkedLength: 2,
    kLenientKeepAlive: 4,
    kLenientTransferEncoding: 8,
    kLenientVersion: 16,
    kLenientDataAfterClose: 32,
    kLenientOptionalLFAfterCR: 64,
    kLenientOptionalCRLFAfterChunk: 128,
    kLenientOptionalCRBeforeLF: 256,
    kLenientSpacesAfterChunkSize: 512,
    kLenientAll: 1023,
  };

  /** An error as Node's binding makes it. */
  function problem(code, reason, bytesParsed) {
    const error = new Error("Parse Error");
    error.bytesParsed = bytesParsed;
    error.code = code;
    error.reason = reason;
    return error;
  }

  return { __proto__: null, allMethods, constants, methods, problem };
})();
