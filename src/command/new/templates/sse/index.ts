// Server-sent events: one tick a second for as long as the client stays.
export default function handle(_request: Request): Response {
  const encoder = new TextEncoder();
  let tick = 0;
  const body = new ReadableStream<Uint8Array>({
    // Called only when the client has taken the tick before, and never after the client has left.
    async pull(controller) {
      if (tick > 0) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      tick += 1;
      controller.enqueue(encoder.encode(`id: ${tick}\ndata: ${JSON.stringify({ tick, at: Date.now() })}\n\n`));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}
