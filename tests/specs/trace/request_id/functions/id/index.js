export default (request, ctx) => {
  if (new URL(request.url).pathname !== "/length") return ctx.requestId;
  return ctx.requestId.length >= 16 ? "long enough" : "too short to be unique";
};
