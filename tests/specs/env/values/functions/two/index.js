export default (_request, ctx) => ({ ...ctx.env });
