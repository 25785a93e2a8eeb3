export default {
  get fetch() {
    return (_request, _env, ctx) => `got ${ctx.function}`;
  },
};
