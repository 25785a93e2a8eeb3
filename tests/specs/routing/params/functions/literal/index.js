export default (request, ctx) => `${ctx.function}: ${new URL(request.url).pathname}`;
