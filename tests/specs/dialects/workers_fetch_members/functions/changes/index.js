const handler = {
  fetch() {
    handler.fetch = (request, env, ctx) => `second ${ctx.function}`;
    return "first";
  },
};
export default handler;
