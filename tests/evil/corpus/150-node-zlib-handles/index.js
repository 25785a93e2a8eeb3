// Each attempt must throw or return. The first two ended the process of Deno 2.9.
const zlib = require("zlib");
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const out = () => Buffer.alloc(99);
const odd = [undefined, null, -1, 1.5, NaN, 2 ** 31, 2 ** 32 - 1, 2 ** 53, 1e300, "x", {}, [], Symbol.iterator, 7n];
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});
module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  let tried = 0;
  const attempt = async (work) => {
    try {
      await work();
    } catch {}
    tried++;
  };
  const handle = (kind = "createDeflate") => zlib[kind]()._handle;
  const Handle = (kind) => handle(kind).constructor;
  const detached = (length) => {
    const view = new Uint8Array(length);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  };
  await attempt(async () => {
    const stream = zlib.createGunzip();
    stream._handle.onerror = 1;
    stream.write("garbage");
    await later(5);
  });
  await attempt(() => new (Handle("createBrotliCompress"))(9).write(0, out(), 0, 1, out(), 0, 9));
  for (const kind of ["createGzip", "createBrotliCompress", "createBrotliDecompress"]) {
    for (const mode of [...odd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
      await attempt(() => new (Handle(kind))(mode).writeSync(4, out(), 0, 9, out(), 0, 9));
      for (const value of odd) {
        await attempt(() => {
          const made = new (Handle(kind))(mode);
          made.init(value, value, value, value, value, value);
          made.writeSync(4, out(), 0, 9, out(), 0, 9);
          made.close();
        });
      }
    }
  }
  for (const method of ["write", "writeSync"]) {
    for (const value of odd) {
      for (let place = 0; place < 8; place++) {
        await attempt(async () => {
          const made = handle(place % 2 === 0 ? "createDeflate" : "createBrotliCompress");
          const values = [4, out(), 0, 9, out(), 0, 9, new Uint32Array(2)];
          values[place] = value;
          made[method](...values);
          made.close();
        });
      }
    }
    await attempt(() => handle()[method](4, detached(9), 0, 9, out(), 0, 9));
    await attempt(() => handle()[method](4, out(), 0, 9, detached(9), 0, 9));
    await attempt(() => {
      const same = out();
      handle()[method](4, same, 0, 99, same, 0, 99);
    });
    await attempt(() => handle()[method].call({}, 4, out(), 0, 9, out(), 0, 9));
    await attempt(() => {
      const made = handle();
      made[method]({ valueOf: () => made.close() ?? 4 }, out(), 0, 9, out(), 0, { valueOf: () => made.init(15, 6, 8, 0, () => {}) ?? 9 });
    });
  }
  await attempt(async () => {
    const stream = zlib.createGzip();
    const bytes = new Uint8Array(4 << 20);
    stream.on("error", () => {}).write(bytes);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    await later(20);
  });
  await attempt(() => {
    const made = handle("createGunzip");
    made.onerror = () => {
      made.reset();
      made.writeSync(4, zlib.gzipSync("abc"), 0, 23, out(), 0, 99);
      made.close();
      made.close();
      made.write(0, out(), 0, 1, out(), 0, 1);
    };
    made.writeSync(4, Buffer.from("garbage"), 0, 7, out(), 0, 99);
  });
  for (const action of ["close", "reset", "params", "init"]) {
    await attempt(async () => {
      const made = handle();
      made.write(0, new Uint8Array(2 << 20), 0, 2 << 20, new Uint8Array(1 << 20), 0, 1 << 20);
      made[action](3, 3, 3, 3);
      await later(5);
    });
  }
  await attempt(async () => {
    const stream = zlib.createGzip();
    Object.freeze(stream._handle);
    stream.on("error", () => {}).write(new Uint8Array(1 << 20));
    await later(5);
  });
  await attempt(() => {
    const made = handle("createBrotliCompress");
    for (let i = 0; i < 300; i++) made.writeSync(i % 5, Buffer.from("abcdef"), 0, 6, out(), 0, i % 3);
  });
  for (const value of odd) await attempt(() => zlib.crc32(value, value));
  await attempt(() => zlib.crc32(detached(9)));
  await attempt(() => zlib.createZstdCompress());
  return `${tried}`;
};
