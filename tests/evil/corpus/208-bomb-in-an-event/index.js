const zlib = require("zlib");
const { call } = require("skep");

// A megabyte of zeros again and again: a gigabyte for each megabyte sent.
const bomb = () => Buffer.concat(Array(900).fill(zlib.gzipSync(Buffer.alloc(1 << 20))));

exports.handler = async (event) => {
  if (event.rawPath.endsWith("/ok")) return "ok";
  if (event.rawPath.endsWith("/body")) {
    const bytes = Buffer.from(event.body, "base64");
    return { statusCode: 200, body: `${zlib.gunzipSync(bytes).length}` };
  }
  const answers = [];
  for (const type of ["application/octet-stream", "text/plain"]) {
    const answer = await call("bomb-in-an-event", "/body", { method: "POST", body: bomb(), headers: { "content-type": type, "content-encoding": "gzip" } });
    answers.push(answer.status);
  }
  return answers;
};
