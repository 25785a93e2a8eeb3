export default {
  fetch(request, env, ctx) {
    return this.describe(request, env, ctx);
  },

  describe(request, env, ctx) {
    return Response.json({
      method: request.method,
      url: request.url,
      greeting: env.GREETING,
      function: ctx.function,
      version: ctx.version,
      waitUntil: typeof ctx.waitUntil,
      request: request instanceof Request,
    });
  },
};
