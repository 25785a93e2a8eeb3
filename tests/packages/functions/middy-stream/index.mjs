// Middy with its streaming: the handler's body, a text or a stream, is piped into Lambda's response stream.
import { Readable } from "node:stream";
import middy from "@middy/core";

const bodies = { "/text": () => "y".repeat(50_000), "/stream": () => Readable.from(["one ", "two ", "three"]) };

export const handler = middy({ streamifyResponse: true }).handler(async (event) => {
  const body = bodies[event.rawPath];
  if (body === undefined) return { statusCode: 404, headers: { "content-type": "text/plain" }, body: "nothing here" };
  return { statusCode: 203, headers: { "content-type": "text/csv" }, cookies: ["a=1", "b=2"], body: body() };
});
