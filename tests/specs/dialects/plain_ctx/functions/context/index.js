export default (_request, ctx) => ({
  call: typeof ctx.call,
  env: ctx.env,
  function: ctx.function,
  requestId: ctx.requestId,
  trace: { spanId: ctx.trace.spanId, traceId: ctx.trace.traceId },
  version: ctx.version,
  waitUntil: typeof ctx.waitUntil,
});
