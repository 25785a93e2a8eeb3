export default (request, ctx) => request.url.endsWith("?enough") ? "enough" : ctx.call("mirror", request);
