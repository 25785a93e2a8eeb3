export default (request /* the request) */, ctx /* and more */) => ctx.function;
