// `ctx.call`: one function calls another without a socket, in the same trace.
//
// Name, request and body go to Rust (op_skep_call); the other function's answer comes back as a Response, its body by way of request.js. A
// signal that is aborted before the answer ends the call on both sides.
//
// Invariant: what crosses is a finished request; Rust finds the function and counts the hops.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_call, op_skep_call_cancel } = core.ops;
  const { ArrayPrototypePush, StringPrototypeSplit, Uint8Array } = primordials;
  const { add, remove } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
  const { Request, toInnerRequest } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const { fromInnerResponse, newInnerResponse } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { inboundBody } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { headerText } = core.loadExtScript("ext:skep/dispatch/respond.js");

  /** In the place of a body's id. */
  const NO_BODY = 0;

  /** In the place of a token: the call has no signal. */
  const NO_TOKEN = 0;
  const TOKEN_MAX = 2 ** 29;
  let lastToken = NO_TOKEN;

  /** Makes a call that `signal` may end. */
  async function abortable(signal, call) {
    if (signal.aborted) throw signal.reason;
    const token = lastToken = lastToken % TOKEN_MAX + 1;
    const cancel = () => op_skep_call_cancel(token);
    signal[add](cancel);
    try {
      return await call(token);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal[remove](cancel);
    }
  }

  async function callFunction(call, name, input, init) {
    const absolute = typeof input === "string" && input[0] === "/" ? `http://${name}${input}` : input;
    const request = new Request(absolute, init);
    const inner = toInnerRequest(request);
    let body = null;
    if (inner.body !== null) body = new Uint8Array(await request.arrayBuffer());
    const headers = headerText(inner.headerList);
    const ask = (token) => op_skep_call(call.id, `${name}`, request.method, inner.url(), headers, body, token);
    // A Request has always a signal; made here of a path, it has one only if `init` does.
    const hasSignal = typeof input !== "string" || (init?.signal ?? null) !== null;
    const answer = await (hasSignal ? abortable(request.signal, ask) : ask(NO_TOKEN));
    const response = newInnerResponse(answer.status);
    // A header text begins with a line feed, so the first line is empty.
    const lines = StringPrototypeSplit(answer.headers, "\n");
    for (let i = 1; i + 1 < lines.length; i += 2) ArrayPrototypePush(response.headerList, [lines[i], lines[i + 1]]);
    if (answer.body !== NO_BODY) response.body = inboundBody(answer.body);
    return fromInnerResponse(response, "immutable");
  }

  return { callFunction };
})();
