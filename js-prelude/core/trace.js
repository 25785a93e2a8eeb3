// Trace context inside an isolate: the running call, and its W3C headers on every outgoing fetch.
//
// The async context (V8's continuation-preserved embedder data) *is* the Call of dispatch/call.js; V8 carries it over every `await`, and
// the timers carry it over callbacks. deno_fetch asks a telemetry module for spans and propagators; this file stands in for that module.
//
// Invariant: a fetch of an open call carries that call's hop count, and its trace unless the function sets a `traceparent`.

import { core, internals } from "ext:core/mod.js";
import { op_skep_fetch_begin, op_skep_fetch_end } from "ext:core/ops";

/** A span of a `fetch`; deno_fetch begins one, lets the propagator write its headers, and ends it. Rust knows it by its traceparent. */
class FetchSpan {
  call = null;
  traceparent = "";
  method = "";
  url = "";
  status = 0;
  error = "";

  begin(call) {
    this.call = call;
    this.traceparent = op_skep_fetch_begin(call.id);
    return this.traceparent;
  }

  end() {
    if (this.traceparent === "") return;
    op_skep_fetch_end(this.call.id, this.traceparent, this.method, this.url, this.status, this.error);
    this.traceparent = "";
  }
}

/** The span of the `fetch` that is being made: all until its headers are written happens without a pause. */
let starting = null;

/** The call whose code runs, or undefined (module top level). */
export function currentCall() {
  const context = core.getAsyncContext();
  return context !== undefined && context !== null && context.isSkepCall === true ? context.call : undefined;
}

/** The context that work of another turn may have: none if its call is over. */
function openContext(context) {
  if (context === undefined || context === null || context.isSkepCall !== true) return context;
  return context.call.isOpen() ? context : undefined;
}

internals.trace = { __proto__: null, currentCall, openContext };

const propagator = {
  __proto__: null,
  inject(call, headers) {
    // Requests of Node's modules have none.
    const span = starting;
    starting = null;
    // Work that outlives its call (for example a timer) has no trace of its own to pass on.
    if (call === undefined || !call.isOpen()) return;
    // Trace headers that the function sets stay as they are.
    if (!headers.has("traceparent")) {
      headers.append("traceparent", span?.begin(call) || call.outgoingTraceparent());
      const tracestate = call.tracestate();
      if (tracestate !== null) headers.append("tracestate", tracestate);
    }
    // Counts functions that call each other over HTTP; Skep rejects the ninth (fault `loop_detected`).
    headers.set("x-skep-hops", call.hops());
  },
};

internals.__telemetry = {
  __proto__: null,
  TRACING_ENABLED: true,
  builtinTracer: () => ({ __proto__: null, startSpan: () => starting = new FetchSpan() }),
  ContextManager: { __proto__: null, active: currentCall },
  DID_NOT_ENTER: null,
  enterSpan: () => null,
  exitSpan() {},
  PROPAGATORS: [propagator],
};
internals.__telemetryUtil = {
  __proto__: null,
  updateSpanFromClientResponse(span, response) {
    span.status = core.loadExtScript("ext:deno_fetch/23_response.js").toInnerResponse(response).status;
  },
  /** What a function aborts with may be anything: nothing of it is read. */
  updateSpanFromError(span) {
    span.error = "failed";
  },
  updateSpanFromRequest(span, request) {
    if (span.traceparent === "") return;
    const inner = core.loadExtScript("ext:deno_fetch/23_request.js").toInnerRequest(request);
    span.method = inner.method;
    span.url = inner.url();
  },
};
