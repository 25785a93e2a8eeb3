// `ctx.call`: one function calls another without a socket, in the same trace.
//
// Name, request and body go to Rust (op_skep_call); the other function's answer comes back as a Response, its body by way of request.js.
//
// Invariant: what crosses is a finished request; Rust finds the function and counts the hops.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_call } = core.ops;
  const { ArrayPrototypePush, StringPrototypeSplit, Uint8Array } = primordials;
  const { Request, toInnerRequest } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const { fromInnerResponse, newInnerResponse } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { inboundBody } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { headerText } = core.loadExtScript("ext:skep/dispatch/respond.js");

  /** In the place of a body's id. */
  const NO_BODY = 0;

  async function callFunction(call, name, input, init) {
    const absolute = typeof input === "string" && input[0] === "/" ? `http://${name}${input}` : input;
    const request = new Request(absolute, init);
    const inner = toInnerRequest(request);
    let body = null;
    if (inner.body !== null) body = new Uint8Array(await request.arrayBuffer());
    const headers = headerText(inner.headerList);
    const answer = await op_skep_call(call.id, `${name}`, request.method, inner.url(), headers, body);
    const response = newInnerResponse(answer.status);
    // A header text begins with a line feed, so the first line is empty.
    const lines = StringPrototypeSplit(answer.headers, "\n");
    for (let i = 1; i + 1 < lines.length; i += 2) ArrayPrototypePush(response.headerList, [lines[i], lines[i + 1]]);
    if (answer.body !== NO_BODY) response.body = inboundBody(answer.body);
    return fromInnerResponse(response, "immutable");
  }

  return { callFunction };
})();
