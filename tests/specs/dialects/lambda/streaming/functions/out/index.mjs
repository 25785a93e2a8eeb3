import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";

const { HttpResponseStream } = awslambda;
const later = (work) => setTimeout(work, 5);

export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  switch (event.rawPath) {
    case "/plain": stream.write("a"); stream.write(Buffer.from("b")); stream.write({ c: 1 }); stream.end(context.functionName); return "ignored";
    case "/typed": stream.setContentType("text/plain"); stream.end("typed"); return;
    case "/head": return pipeline(Readable.from(["1", "2", "3"]), HttpResponseStream.from(stream, { statusCode: 201, headers: { "X-A": "b" }, cookies: ["a=1", "b=2"] }));
    case "/late-end": later(() => stream.end("late")); return;
    case "/large": for (let i = 0; i < 40; i++) if (!stream.write(Buffer.alloc(65536, 97))) await new Promise((resolve) => stream.once("drain", resolve)); stream.end(); return;
    case "/empty": stream.end(); return;
    case "/no-body": HttpResponseStream.from(stream, { statusCode: 304 }).end(); return;
    case "/throws": throw new Error("before the head");
    case "/breaks": return pipeline(Readable.from((async function* () { throw new Error("before its first byte"); })()), stream);
    case "/bad-status": HttpResponseStream.from(stream, { statusCode: 1 }).end("x"); return;
    case "/bad-header": HttpResponseStream.from(stream, { headers: { "x-a": "1\n2" } }).end("x"); return;
    case "/too-late": {
      stream.write("x");
      const told = [() => stream.setContentType("a/b"), () => HttpResponseStream.from(stream, {})].map((work) => { try { work(); } catch (error) { return error.name; } });
      stream.end(told.join());
      return;
    }
    case "/not-a-stream": try { HttpResponseStream.from({}, {}); } catch (error) { stream.end(error.message); } return;
    // The host's class is not in reach.
    case "/class": stream.end(stream.constructor.name); return;
    case "/context": stream.end(JSON.stringify([typeof context.succeed, typeof context.getRemainingTimeInMillis, stream.writable])); return;
  }
});
