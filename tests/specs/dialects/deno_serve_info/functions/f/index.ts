const seen: Record<string, string> = {};
let isEnded = false;

Deno.serve(async (request, info) => {
  const { pathname, searchParams } = new URL(request.url);
  const name = pathname.slice(1);
  if (name === "seen") return new Response(seen[searchParams.get("of")!] ?? "nothing");
  if (name === "copy") return Response.json(Object.keys({ ...info }));
  if (name === "inner") return import("skep").then(({ call }) => call("f", "/whole"));
  info.completed.then(() => seen[name] = name === "stream" && isEnded ? "resolved, and not before the body's end" : "resolved", () => seen[name] = "rejected");
  if (name === "throws") throw new Error("thrown");
  if (name === "whole") return Response.json([info.remoteAddr.transport, info.remoteAddr.hostname, typeof info.remoteAddr.port]);
  let n = 0;
  return new Response(new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (n++ < 3) return controller.enqueue(new TextEncoder().encode("x"));
      isEnded = true;
      controller.close();
    },
  }));
});
