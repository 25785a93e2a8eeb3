const ANSWERS = {
  whole: { statusCode: 201, headers: { "X-A": 1 }, multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] }, body: "made" },
  bytes: { statusCode: 200, headers: { "content-type": "image/png" }, body: "AP8=", isBase64Encoded: true },
  empty: {},
  text: "no object",
  object: { statusCode: 200, body: { a: 1 } },
};
exports.handler = (event, context, callback) => {
  const kind = event.path.slice(1);
  if (kind === "throw") throw new Error("thrown");
  if (kind === "callback") return void callback(null, { statusCode: 200, body: "by callback" });
  return Promise.resolve(ANSWERS[kind]);
};
