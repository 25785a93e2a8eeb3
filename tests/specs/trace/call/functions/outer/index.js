export default async (_request, ctx) => {
  const request = new Request("http://inner/inside?y=2", { method: "PUT", body: "a body", headers: { "x-own": "kept" } });
  const response = await ctx.call("inner", request);
  const { spanId, ...inner } = await response.json();
  const missing = await ctx.call("nobody", "/");
  return {
    inner,
    missing: { fault: missing.headers.get("x-skep-fault"), status: missing.status },
    own_span: spanId !== ctx.trace.spanId,
    status: response.status,
    traceId: ctx.trace.traceId,
  };
};
