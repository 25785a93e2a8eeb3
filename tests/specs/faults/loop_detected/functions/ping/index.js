export default (request, ctx) => ctx.call("pong", request);
