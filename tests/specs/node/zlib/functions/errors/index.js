const zlib = require("zlib");
const { promisify } = require("util");
const { pipeline } = require("stream/promises");
const cut = (bytes) => bytes.subarray(0, -5);
const bomb = zlib.gzipSync(Buffer.alloc(100_000));
const attempts = {
  garbage: () => zlib.gunzipSync(Buffer.from("garbage")),
  garbageLater: () => promisify(zlib.inflate)(Buffer.from("garbage")),
  garbagePiped: () => pipeline([Buffer.from("garbage")], zlib.createGunzip(), async (chunks) => { for await (const _ of chunks); }),
  garbageBrotli: () => zlib.brotliDecompressSync(Buffer.from("garbage")),
  cut: () => zlib.gunzipSync(cut(zlib.gzipSync("abc"))),
  cutBrotli: () => promisify(zlib.brotliDecompress)(cut(zlib.brotliCompressSync("abc"))),
  trailing: () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync("abc"), Buffer.from("junk")])),
  checksum: () => zlib.inflateSync(Buffer.concat([cut(zlib.deflateSync("abc")), Buffer.alloc(5)])),
  noDictionary: () => zlib.inflateSync(zlib.deflateSync("abc", { dictionary: Buffer.from("abc") })),
  wrongDictionary: () => zlib.inflateSync(zlib.deflateSync("abc", { dictionary: Buffer.from("abc") }), { dictionary: Buffer.from("abd") }),
  tooLong: () => zlib.gunzipSync(bomb, { maxOutputLength: 1000 }),
  tooLongLater: () => promisify(zlib.gunzip)(bomb, { maxOutputLength: 1000 }),
  level: () => zlib.createDeflate({ level: 10 }),
  brotliParam: () => zlib.brotliCompressSync("x", { params: { 99: 1 } }),
  brotliInit: () => zlib.brotliCompressSync("x", { params: { [zlib.constants.BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING]: 7 } }),
  type: () => zlib.gzipSync(5),
  zstd: () => zlib.zstdCompressSync("x"),
  zstdStream: () => zlib.createZstdDecompress(),
};

module.exports = async () => {
  const found = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt();
      found[name] = "nothing thrown";
    } catch (error) {
      found[name] = [error.code, error.errno ?? null, error.message];
    }
  }
  return found;
};
