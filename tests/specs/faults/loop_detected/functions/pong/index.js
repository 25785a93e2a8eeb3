export default (request, ctx) => ctx.call("ping", request);
