// Bodies whose headers lie: bombs, encodings, charsets, lengths, forms without end. A function sends them to itself.
const zlib = require("zlib");
const { call } = require("skep");

const mb = Buffer.alloc(1 << 20, "a=1&");
const bombs = {
  gzip: () => Buffer.concat(Array(200).fill(zlib.gzipSync(mb))),
  deflate: () => zlib.deflateSync(Buffer.alloc(8 << 20)),
  br: () => zlib.brotliCompressSync(Buffer.alloc(8 << 20), { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 2 } }),
};
const boundary = "b".repeat(70);
const part = (name, text) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
// Bodies that are not what their headers say.
const lies = () => [
  ...Object.keys(bombs).map((encoding) => [{ "content-type": "application/x-www-form-urlencoded", "content-encoding": encoding }, bombs[encoding]()]),
  [{ "content-type": "application/json", "content-encoding": "gzip" }, "no gzip"],
  [{ "content-type": "application/json", "content-encoding": "gzip, gzip, gzip" }, zlib.gzipSync(zlib.gzipSync("{}"))],
  [{ "content-type": "application/json", "content-encoding": "x".repeat(1000) }, "{}"],
  [{ "content-type": "application/json; charset=utf-7" }, "{}"],
  [{ "content-type": "application/json; charset=utf-16le" }, Buffer.from("{}", "utf16le")],
  [{ "content-type": "text/plain; charset=" + "x".repeat(5000) }, "x"],
  [{ "content-type": "application/json", "content-length": "5" }, '{"a":1}'],
  [{ "content-type": "application/json", "content-length": "1e9" }, "{}"],
  [{ "content-type": "application/json" }, "[".repeat(1e6)],
  [{ "content-type": "application/json" }, '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}'],
  [{ "content-type": "application/x-www-form-urlencoded" }, "a".repeat(500_000) + "=".repeat(500_000)],
  [{ "content-type": "application/x-www-form-urlencoded" }, "a" + "[b]".repeat(1e5) + "=1"],
  [{ "content-type": "application/x-www-form-urlencoded" }, "a[__proto__][x]=1&__proto__[x]=1&a[constructor][prototype][x]=1&" + "b[]=1&".repeat(1e5)],
  [{ "content-type": `multipart/form-data; boundary=${boundary}` }, part("a", "1").repeat(5000)],
  [{ "content-type": `multipart/form-data; boundary=${boundary}` }, part("a".repeat(1e6), "1")],
  [{ "content-type": "multipart/form-data; boundary=" }, part("a", "1")],
  [{ "content-type": `multipart/form-data; boundary=${"x".repeat(10_000)}` }, `--${boundary}`.repeat(1e4)],
  [{ "content-type": `multipart/form-data; boundary="${boundary}` }, "\r\n--".repeat(1e5)],
  [{ "content-type": "application/cloudevents+json", "ce-type": "x", "ce-specversion": "1.0", "ce-source": "x", "ce-id": "\x7f" }, "[]"],
];

/** Sends each lie to `name`, and says which of them were answered how. */
async function sendAll(name, path, fits = () => true) {
  const answers = {};
  for (const [headers, body] of lies()) {
    let status;
    try {
      const answer = await call(name, path, { method: "POST", headers, body });
      const text = await answer.text();
      status = fits(answer, text) ? answer.status : `${answer.status} ${text.slice(0, 200)}`;
    } catch (error) {
      status = error.name;
    }
    answers[status] = (answers[status] ?? 0) + 1;
    if ({}.x !== undefined) throw new Error("a body has polluted all objects");
  }
  return answers;
}

module.exports = { sendAll };
