// Server-sent events: `/sse?every_ms=1000` sends one tick at a time until the client leaves, which aborts `request.signal`.
// A browser that reconnects names the last event it saw, and the ids go on from there. Written for `Deno.serve`.
import { pause } from "../_shared/pause.ts";
import { wholeNumber } from "../_shared/query.ts";

Deno.serve((request: Request): Response => {
  const query = new URL(request.url).searchParams;
  const everyMs = wholeNumber(query, "every_ms", { fallback: 1000, least: 1, most: 60_000 });
  let id = Number(request.headers.get("last-event-id") ?? 0);

  const ticks = new ReadableStream<string>({
    start(controller) {
      controller.enqueue("retry: 1000\n\n");
    },
    async pull(controller) {
      await pause(everyMs, request.signal);
      if (request.signal.aborted) {
        console.log("stopped after event", id);
        return controller.close();
      }
      id += 1;
      controller.enqueue(`id: ${id}\nevent: tick\ndata: ${JSON.stringify({ at: new Date().toISOString() })}\n\n`);
    },
  });

  return new Response(ticks.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
  });
});
