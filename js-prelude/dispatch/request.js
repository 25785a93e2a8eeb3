// A request as the handler sees it: a Request of deno_fetch over a call that Rust holds.
//
// The dialects make one for a handler that can see it. URL and headers come from Rust (op_skep_url, op_skep_header, op_skep_headers) when the
// handler asks for them, the body (op_skep_body_*) at once if all of it is there, else chunk by chunk. So does the body of an answer in
// call_function.js.
//
// Invariant: a handler that does not look at its request costs no copy of URL and headers.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    op_skep_body_cancel,
    op_skep_body_full,
    op_skep_body_read,
    op_skep_header,
    op_skep_headers,
    op_skep_url,
  } = core.ops;
  const { ArrayPrototypePush } = primordials;
  const { InnerBody } = core.loadExtScript("ext:deno_fetch/22_body.js");
  const { fromInnerRequest } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const { ReadableStream } = core.loadExtScript("ext:deno_web/06_streams.js");

  /** The kinds of a call's body: `BodyKind` of runtime/call. */
  const BODY_NONE = 0;
  const BODY_CHECK = 2; // No request: a release asks for an exported `check()`.
  const BODY_SCHEDULED = 3; // No request: a schedule is due.

  /** The inside of a Request: deno_fetch reads from it, and it reads from Rust. */
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
      const flat = op_skep_headers(this.#call.id); // Names and values by turns.
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

  /** A body that is here whole becomes a static body (no stream is ever built); any other body streams. */
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

  return { BODY_CHECK, BODY_NONE, BODY_SCHEDULED, inboundBody, makeRequest };
})();
