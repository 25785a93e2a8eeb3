import { WorkerEntrypoint, env } from "cloudflare:workers";

export default class extends WorkerEntrypoint<{ GREETING: string }> {
  requests = 0;
  async fetch(request: Request) {
    const { pathname } = new URL(request.url);
    return Response.json([this.env.GREETING, this.ctx.function, pathname, env === this.env, ++this.requests]);
  }
  async add(a: number, b: number) {
    return a + b;
  }
}
