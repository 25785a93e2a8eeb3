// Stands for deno_telemetry's `telemetry.ts`: what `http` asks for the headers that carry a call's trace.
//
// `_http_client.js` of deno_node asks before it writes the head of a request. core/trace.js has the headers.
//
// Invariant: a request of an open call carries what a `fetch` of that call carries.

(function () {
  const { internals } = __bootstrap;
  const { PROPAGATORS } = internals.__telemetry;

  const span = {
    __proto__: null,
    addEvent() {},
    end() {},
    isRecording: () => false,
    recordException() {},
    setAttribute() {},
    setStatus() {},
    updateName() {},
  };

  /** The headers of a request of `http`, as core/trace.js asks for them. */
  const headersOf = (request) => ({
    __proto__: null,
    append: (name, value) => request.setHeader(name, value),
    has: (name) => request.hasHeader(name),
    set: (name, value) => request.setHeader(name, value),
  });

  const propagator = {
    __proto__: null,
    extract: (context) => context,
    inject(call, request) {
      for (let i = 0; i < PROPAGATORS.length; i++) PROPAGATORS[i].inject(call, headersOf(request));
    },
  };

  return {
    __proto__: null,
    builtinTracer: () => ({ __proto__: null, startSpan: () => span }),
    ContextManager: { __proto__: null, active: () => ({ __proto__: null, setValue: () => internals.trace.currentCall() }) },
    otelState: { __proto__: null, METRICS_ENABLED: false, PROPAGATORS: [propagator], TRACING_ENABLED: true },
    SPAN_KEY: null,
  };
})();
