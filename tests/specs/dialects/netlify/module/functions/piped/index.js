const { stream } = require("@netlify/functions");
const { Readable } = require("stream");

exports.handler = stream(async (event) => {
  switch (event.rawQuery) {
    case "web": return { statusCode: 201, headers: { "content-type": "text/plain" }, body: new ReadableStream({ start(controller) { controller.enqueue("text "); controller.enqueue(new TextEncoder().encode("bytes")); controller.close(); } }) };
    case "text": return { statusCode: 200, body: "just text" };
    case "none": return { statusCode: 202 };
    case "throws": throw new Error("before");
    case "fetched": return { statusCode: 200, body: new Response("of a Response").body };
  }
  return { statusCode: 200, headers: { "X-B": "c" }, multiValueHeaders: { "set-cookie": ["a=1", "b=2"] }, body: Readable.from(["1", "2"]) };
});
