// Writes its answer over time: `/stream?chunks=5&every_ms=100`. The head and each chunk leave at once, and a reader that is
// slow, or gone, holds the writer back: `write` resolves only when there is room again. `../_shared` is code, not a function.
import { pause } from "../_shared/pause.ts";
import { wholeNumber } from "../_shared/query.ts";

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

export default {
  fetch(request: Request, _env: unknown, ctx: Context): Response {
    const query = new URL(request.url).searchParams;
    const chunks = wholeNumber(query, "chunks", { fallback: 5, least: 1, most: 1000 });
    const everyMs = wholeNumber(query, "every_ms", { fallback: 100, least: 0, most: 10_000 });

    const { readable, writable } = new TransformStream<string, string>();
    ctx.waitUntil(writeChunks(writable, chunks, everyMs));
    return new Response(readable.pipeThrough(new TextEncoderStream()), {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
};

async function writeChunks(writable: WritableStream<string>, chunks: number, everyMs: number): Promise<void> {
  const writer = writable.getWriter();
  try {
    for (let n = 1; n <= chunks; n++) {
      if (n > 1) await pause(everyMs);
      await writer.write(`chunk ${n} of ${chunks}\n`);
    }
    await writer.close();
  } catch (reason) {
    console.log("the reader left:", String(reason));
  }
}
