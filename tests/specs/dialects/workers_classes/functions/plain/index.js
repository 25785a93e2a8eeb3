export default class Handler {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
  fetch() {
    return [this.env.GREETING, this.ctx.function];
  }
}
