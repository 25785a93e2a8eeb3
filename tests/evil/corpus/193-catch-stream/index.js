const { caught, watch, watchAll } = require("./catcher.mjs");

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  watch(event, "event");
  watch(stream, "stream");
  watch(context, "context");
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { "x-a": "b" }, cookies: ["a=b"] });
  await new Promise((resolve) => setTimeout(resolve, 1));
  await require("stream/promises").pipeline([check()], out);
});
