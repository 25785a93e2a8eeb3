const zlib = require("zlib");
const { promisify } = require("util");
const c = zlib.constants;
const text = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ".repeat(3000);
const pairs = { deflate: "inflate", deflateRaw: "inflateRaw", gzip: "gunzip", brotliCompress: "brotliDecompress" };

module.exports = async () => {
  const found = {};
  for (const [compress, decompress] of Object.entries(pairs)) {
    const sync = zlib[`${compress}Sync`](text);
    const async = await promisify(zlib[compress])(text);
    const info = zlib[`${compress}Sync`]("abc", { info: true });
    found[compress] = [
      sync.length < text.length / 20,
      zlib[`${decompress}Sync`](sync).toString() === text,
      (await promisify(zlib[decompress])(async)).toString() === text,
      zlib[`${decompress}Sync`](zlib[`${compress}Sync`]("")).length,
      zlib[`${decompress}Sync`](zlib[`${compress}Sync`](new Uint16Array([25185]))).toString(),
      `${info.engine.constructor.name} ${info.engine.bytesWritten}`,
      zlib[`${decompress}Sync`](zlib[`${compress}Sync`](text, { chunkSize: 64 }), { chunkSize: 100 }).toString() === text,
    ];
  }
  const options = [{ level: 0 }, { level: 9 }, { windowBits: 9 }, { memLevel: 1 }, { strategy: c.Z_HUFFMAN_ONLY }, { strategy: c.Z_FIXED }, { dictionary: Buffer.from("dolor sit amet") }];
  found.options = options.map((option) => zlib.inflateSync(zlib.deflateSync(text, option), option).toString() === text);
  found.raw = zlib.inflateRawSync(zlib.deflateRawSync("dolor sit amet", options[6]), options[6]).toString();
  found.dictionary = zlib.deflateSync("dolor sit amet", options[6]).length < zlib.deflateSync("dolor sit amet").length;
  found.qualities = [0, 1, 4, 9, 10, 11].map((quality) => {
    const params = { [c.BROTLI_PARAM_QUALITY]: quality, [c.BROTLI_PARAM_LGWIN]: 16, [c.BROTLI_PARAM_MODE]: c.BROTLI_MODE_TEXT };
    return zlib.brotliDecompressSync(zlib.brotliCompressSync(text, { params })).toString() === text;
  });
  // Made by Node.
  found.known = [
    zlib.gunzipSync(Buffer.from("H4sIAAAAAAAAA0tMSgYAwkEkNQMAAAA=", "base64")).toString(),
    zlib.inflateSync(Buffer.from("eJxLTEoGAAJNASc=", "base64")).toString(),
    zlib.brotliDecompressSync(Buffer.from("CwWASGVsbG8gV29ybGQD", "base64")).toString(),
  ];
  found.header = zlib.gzipSync("abc").subarray(0, 10).toString("hex");
  const two = Buffer.concat([zlib.gzipSync("one "), zlib.gzipSync("two"), Buffer.alloc(9)]);
  found.members = [zlib.gunzipSync(two), await promisify(zlib.unzip)(two), zlib.unzipSync(zlib.deflateSync("three"))].map(String);
  found.crc32 = [zlib.crc32("hello"), zlib.crc32(Buffer.from("lo"), zlib.crc32("hel")), zlib.crc32(Buffer.alloc(9_000_001, 7))];
  return found;
};
