import { caught, watch, watchAll } from "./catcher.mjs";

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

Deno.cron("never", "0 0 1 1 *", () => {});
Deno.serve({ onError: (error) => new Response(`${error}`, { status: 500 }) }, async (request, info) => {
  watch(info, "info");
  watch(info.remoteAddr, "remoteAddr");
  info.completed.then(check);
  EdgeRuntime.waitUntil(new Promise((resolve) => setTimeout(resolve, 5)));
  await request.text();
  Deno.readTextFileSync(new URL(import.meta.url).pathname);
  return new Response(check());
});
