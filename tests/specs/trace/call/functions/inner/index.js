export default async (request, ctx) => {
  const { pathname, search } = new URL(request.url);
  return Response.json({
    body: await request.text(),
    header: request.headers.get("x-own"),
    method: request.method,
    path: `${pathname}${search}`,
    requestId: ctx.requestId,
    spanId: ctx.trace.spanId,
    traceId: ctx.trace.traceId,
  }, { status: 201 });
};
