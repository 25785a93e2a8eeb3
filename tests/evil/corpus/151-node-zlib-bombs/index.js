const zlib = require("zlib");
// A member of gzip is 1 MB of zeros in a kilobyte, and members can follow each other.
let member;
const bomb = () => Buffer.concat(new Array(2000).fill(member ??= zlib.gzipSync(Buffer.alloc(1 << 20))));
let call = 0;
module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  // Each call ends the instance: the clock chooses.
  const way = (Date.now() + call++) % 4;
  if (way === 0) return `${zlib.gunzipSync(bomb()).length}`;
  if (way === 1) return await new Promise((resolve) => zlib.gunzip(bomb(), (error, bytes) => resolve(`${error} ${bytes?.length}`)));
  let count = 0;
  if (way === 2) {
    const stream = zlib.createGunzip();
    stream.end(bomb());
    for await (const chunk of stream) count += chunk.length;
    return `${count}`;
  }
  const encoder = zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } });
  const decoder = encoder.pipe(zlib.createBrotliDecompress());
  decoder.on("data", (chunk) => {
    count += chunk.length;
  });
  const zeros = Buffer.alloc(1 << 20);
  for (;;) if (!encoder.write(zeros)) await new Promise((resolve) => encoder.once("drain", resolve));
};
