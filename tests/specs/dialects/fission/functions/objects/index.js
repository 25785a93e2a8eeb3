module.exports = async (context) => {
  const answers = {
    "/object": { status: 200, body: { hello: "wörld" }, headers: { Foo: "Bar", "X-List": ["a", "b"] } },
    "/own": { status: 201, body: "<p>", headers: { "Content-Type": "text/xml" } },
    "/buffer": { status: 200, body: Buffer.from([0, 255]) },
    "/list": { status: 200, body: [1] },
    "/none": { status: 204 },
    "/undefined": { status: 200 },
    "/stream": { status: 200, body: require("stream").Readable.from(["a", "b"]), headers: { "content-type": "text/plain" } },
    "/no-status": { body: "x" },
    "/text": "no object",
    "/nothing": undefined,
    "/null": null,
    "/redirect": { status: 301, headers: { location: "https://example.test/" }, body: "moved" },
    "/bad": { status: 99, body: "x" },
  };
  const { path } = context.request;
  if (path === "/throws") throw new Error("on purpose");
  if (path === "/set") context.response.set("x-before", "1");
  return answers[path] ?? { status: 200, body: path };
};
