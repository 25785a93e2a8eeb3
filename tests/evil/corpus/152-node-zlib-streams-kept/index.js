const zlib = require("zlib");
const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY } = zlib.constants;
const noise = new Uint8Array(1 << 16);
crypto.getRandomValues(noise);
const kept = [];
module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kinds = [
    () => zlib.createGzip(),
    () => zlib.createBrotliCompress({ params: { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_LGWIN]: 24 } }),
    () => zlib.createBrotliCompress({ params: { [BROTLI_PARAM_QUALITY]: 5, [BROTLI_PARAM_LGWIN]: 24 } }),
    () => zlib.createDeflate({ dictionary: new Uint8Array(1 << 20) }),
  ];
  const make = kinds[Date.now() % kinds.length];
  for (let i = 0; i < 1000; i++) {
    const stream = make();
    stream.on("error", () => {});
    stream.on("data", () => {});
    stream.write(noise);
    kept.push(stream);
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return "done";
};
