const zlib = require("zlib");
const bytes = new Uint8Array(4 << 20);
// Half noise, half repeated: both are slow in their own way.
for (let i = 0; i < bytes.length; i += 65_536) if ((i >> 16) % 2 === 0) crypto.getRandomValues(bytes.subarray(i, i + 32_768));
const slow = [
  () => zlib.deflateSync(bytes, { level: 9 }),
  () => zlib.brotliCompressSync(bytes),
  () => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9 } }),
  () => zlib.gzipSync(bytes, { chunkSize: 64, level: 9 }),
  () => new Promise((resolve) => zlib.deflateRaw(bytes, { level: 9 }, resolve)),
  () => new Promise((resolve) => zlib.brotliCompress(bytes, resolve)),
  () => zlib.crc32(bytes),
];
module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const now = Date.now();
  const end = now + 1 + (now >> 2) % 17;
  while (Date.now() < end);
  for (let i = now; ; i++) await slow[i % slow.length]();
};
