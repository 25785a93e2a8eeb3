const { AsyncLocalStorage } = require("async_hooks");
const zlib = require("zlib");
const { promisify } = require("util");
const numbers = Array.from({ length: 300 }, (_, number) => number);
const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 };

async function all(compress, decompress, options) {
  const compressed = await Promise.all(numbers.map((number) => promisify(zlib[compress])(`${number}`, options)));
  const back = await Promise.all(compressed.map((bytes) => promisify(zlib[decompress])(bytes)));
  return back.filter((bytes, number) => `${bytes}` === `${number}`).length;
}

/** What waits for a stream of another goes on in its own context. */
async function contexts() {
  const storage = new AsyncLocalStorage();
  const inOwn = await Promise.all(numbers.map((number) => new Promise((resolve) => {
    storage.run(number, () => zlib.gzip(`${number}`, () => resolve(storage.getStore() === number)));
  })));
  return inOwn.filter(Boolean).length;
}

module.exports = async () => [
  await contexts(),
  await all("gzip", "gunzip", {}),
  await all("deflateRaw", "inflateRaw", {}),
  await all("brotliCompress", "brotliDecompress", { params }),
];
