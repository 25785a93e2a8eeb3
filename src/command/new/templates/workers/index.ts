/// <reference path="./skep.d.ts" />

// The shape of Cloudflare Workers; `env` comes from function.toml.
interface Env {
  GREETING: string;
}

export default {
  async fetch(request: Request, env: Env, ctx: SkepContext<Env>): Promise<Response> {
    const who = new URL(request.url).pathname.slice(1) || "world";
    // Continues after the answer was sent.
    ctx.waitUntil(Promise.resolve().then(() => console.log("greeted", who)));
    return Response.json({ message: `${env.GREETING}, ${who}` });
  },
};
