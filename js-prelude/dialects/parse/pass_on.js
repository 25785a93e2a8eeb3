// Requests that Skep has no function for, passed on to the Parse Server of `server_url` as they are.
//
// parse/serve.js decides; the answer goes to the client as it comes, through dialects/shared/exchange.js.
//
// Invariant: nothing of a request or an answer changes but its address, its trace and what belongs to a connection.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayPrototypePush } = primordials;
  const exchange = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { toInnerResponse } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { sendError } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { urlOf } = core.loadExtScript("ext:skep/dialects/parse/users.js");
  const { logThrown } = core.loadExtScript("ext:skep/dialects/parse/host.js");

  const CONNECTION_FAILED = 100;

  /** Headers of a connection, and those that the host writes itself. */
  const OWN = {
    __proto__: null,
    connection: true,
    "content-length": true,
    expect: true,
    host: true,
    "keep-alive": true,
    "proxy-authenticate": true,
    "proxy-authorization": true,
    "proxy-connection": true,
    te: true,
    traceparent: true,
    tracestate: true,
    trailer: true,
    "transfer-encoding": true,
    upgrade: true,
    "x-skep-hops": true,
  };

  /** The headers that the server gets. What it sends is not decoded on the way. */
  function headersTo(flat) {
    const headers = [["accept-encoding", "identity"]];
    for (let i = 0; i < flat.length; i += 2) {
      if (OWN[flat[i]] === undefined && flat[i] !== "accept-encoding") ArrayPrototypePush(headers, [flat[i], flat[i + 1]]);
    }
    return headers;
  }

  function headersFrom(response) {
    const headers = [];
    const { headerList } = toInnerResponse(response);
    for (let i = 0; i < headerList.length; i++) {
      const { 0: name, 1: value } = headerList[i];
      if (OWN[name] === undefined) ArrayPrototypePush(headers, name, value);
    }
    return headers;
  }

  /** Passes a request on. `bytes`: its body, if it was read. */
  async function passOn(state, call, head, bodyKind, bytes) {
    const request = makeRequest(call, head.method, bodyKind);
    const hasBody = head.method !== "GET" && head.method !== "HEAD";
    const url = `${urlOf(state.settings.parse.serverUrl, head.rest)}${head.query === "" ? "" : `?${head.query}`}`;
    const init = { method: head.method, headers: headersTo(head.flat), redirect: "manual", signal: request.signal };
    if (hasBody && bytes !== null) {
      if (bytes.length > 0) init.body = bytes;
    } else if (hasBody && request.body !== null) {
      init.body = request.body;
      init.duplex = "half";
    }
    let response;
    try {
      response = await state.fetch(url, init);
    } catch (error) {
      // A call that may have reached the server is not repeated: the status is below 500.
      logThrown(internals.trace.currentCall() ?? null, `${head.method} ${head.rest} was not passed on`, error);
      sendError(call, { __proto__: null, code: CONNECTION_FAILED, error: "the Parse Server of server_url does not answer" });
      return;
    }
    exchange.answer(call, response.status, headersFrom(response), response.body);
  }

  return { __proto__: null, passOn };
})();
