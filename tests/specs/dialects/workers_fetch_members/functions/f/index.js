export default {
  own: 1,
  async fetch(request, env, { waitUntil, props, ...ctx }) {
    let exports;
    try {
      exports = ctx.exports.Other;
    } catch (error) {
      exports = error.name;
    }
    waitUntil(Promise.resolve());
    return { env: env.GREETING, own: this.own, cf: request.cf, props, taken: typeof waitUntil, exports };
  },
  scheduled() {},
};
