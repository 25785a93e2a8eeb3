import { caught, watch, watchAll } from "./catcher.mjs";

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

export default async (request, ctx) => {
  watch(ctx, "ctx");
  if (request.url.endsWith("/ok")) return check();
  ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 5)));
  ctx.cookies.set("a", ctx.cookies.get("a") ?? "b");
  const inner = await ctx.call(ctx.function, "/ok");
  await inner.text();
  await request.json();
  request.signal.addEventListener("abort", (event) => watch(event, "abort"));
  await new Promise((resolve) => queueMicrotask(resolve));
  const body = new ReadableStream({
    async pull(controller) {
      await null;
      controller.enqueue(new TextEncoder().encode(check()));
      controller.close();
    },
  });
  return new Response(body, { headers: { "x-a": "b" } });
};
