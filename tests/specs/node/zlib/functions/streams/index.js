const zlib = require("zlib");
const { once } = require("events");
const { Readable } = require("stream");
const { buffer } = require("stream/consumers");
const { pipeline } = require("stream/promises");
const text = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(20_000);

async function flushed(create, decode, kind) {
  const stream = zlib[create]();
  const seen = [];
  stream.on("data", (chunk) => seen.push(chunk));
  stream.write("first");
  await new Promise((resolve) => stream.flush(kind, resolve));
  const decoder = zlib[decode]();
  decoder.write(Buffer.concat(seen));
  const [early] = await once(decoder, "data");
  stream.end(" second");
  await once(stream, "end");
  return [String(early), String(await buffer(Readable.from(seen).pipe(zlib[decode]())))];
}

async function tuned() {
  const stream = zlib.createGzip({ level: 9 });
  const whole = buffer(stream);
  for (const [level, strategy] of [[0, zlib.constants.Z_DEFAULT_STRATEGY], [9, zlib.constants.Z_HUFFMAN_ONLY], [1, zlib.constants.Z_DEFAULT_STRATEGY]]) {
    stream.write(text);
    await new Promise((resolve) => stream.params(level, strategy, resolve));
  }
  stream.end(text);
  return zlib.gunzipSync(await whole).toString() === text.repeat(4);
}

async function reset() {
  const stream = zlib.createDeflateRaw();
  const whole = buffer(stream);
  await new Promise((resolve) => stream.write("thrown away", resolve));
  stream.reset();
  stream.end("kept");
  return zlib.inflateRawSync(await whole).toString();
}

module.exports = async () => {
  const found = {};
  for (const [create, decode] of [["createGzip", "createGunzip"], ["createDeflate", "createUnzip"], ["createBrotliCompress", "createBrotliDecompress"]]) {
    let length = 0;
    const options = create === "createBrotliCompress" ? { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } } : {};
    await pipeline(Readable.from([text, text]), zlib[create](options), zlib[decode](), async (chunks) => {
      for await (const chunk of chunks) length += chunk.length;
    });
    found[create] = length === text.length * 2;
  }
  const bytes = zlib.gzipSync("byte by byte");
  const decoder = zlib.createUnzip();
  for (const byte of bytes) decoder.write(Buffer.from([byte]));
  decoder.end();
  found.bytes = String(await buffer(decoder));
  found.flushed = await flushed("createGzip", "createGunzip", zlib.constants.Z_SYNC_FLUSH);
  found.flushedBrotli = await flushed("createBrotliCompress", "createBrotliDecompress", zlib.constants.BROTLI_OPERATION_FLUSH);
  found.params = await tuned();
  found.reset = await reset();
  const order = [];
  const zipped = new Promise((resolve) => zlib.gzip("x", () => resolve(order.push("gzip"))));
  process.nextTick(() => order.push("tick"));
  order.push("sync");
  await zipped;
  found.order = order;
  const closed = zlib.createGzip();
  closed.write(text);
  await new Promise((resolve) => closed.close(resolve));
  found.closed = [closed.destroyed, closed._handle];
  // Other work goes on while a large buffer is compressed.
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await new Promise((resolve) => zlib.deflate(Buffer.alloc(30_000_000), resolve));
  clearInterval(timer);
  found.turns = turns > 5;
  return found;
};
