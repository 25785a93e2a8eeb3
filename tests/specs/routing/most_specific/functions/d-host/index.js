export default (_request, ctx) => ctx.function;
