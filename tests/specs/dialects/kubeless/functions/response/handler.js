// What a handler does with the request and response themselves.
const { Readable } = require("stream");
exports.response = (event, context) => {
  const { request, response } = event.extensions;
  switch (request.path) {
    case "/status":
      response.statusCode = 404;
      return "nobody";
    case "/ended":
      response.set("x-own", "1").status(201).send("ended");
      return "ignored";
    case "/piped":
      Readable.from(["a", "b", "c"]).pipe(response);
      return new Promise((resolve) => response.on("finish", resolve));
    case "/multipart":
      return new Promise((resolve) => {
        let text = "";
        request.on("data", (chunk) => (text += chunk));
        request.on("end", () => resolve({ data: event.data, body: request.body, text }));
      });
    case "/body":
      return { buffer: Buffer.isBuffer(request.body), data: event.data, query: request.query, method: request.method };
    case "/throws":
      throw new Error("on purpose");
    case "/rejects":
      return Promise.reject("with a text");
    case "/never":
      return new Promise(() => {});
  }
};
