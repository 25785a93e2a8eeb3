export default (request, ctx = null, ...rest) => `${ctx.function} ${rest.length + 2}`;
