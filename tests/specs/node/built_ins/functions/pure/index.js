const assert = require("node:assert");
const { AsyncLocalStorage } = require("async_hooks");
const { EventEmitter, once } = require("events");
const path = require("path");
const querystring = require("querystring");
const { Readable, Transform, pipeline } = require("stream");
const { text } = require("stream/consumers");
const { StringDecoder } = require("string_decoder");
const timers = require("timers/promises");
const url = require("url");
const util = require("util");

function codeOf(work) {
  try {
    return work();
  } catch (error) {
    return error.code;
  }
}

module.exports = async () => {
  const emitter = new EventEmitter();
  const seen = [];
  emitter.on("a", (value) => seen.push(value));
  emitter.emit("a", 1);
  emitter.emit("a", 2);
  const later = once(emitter, "b");
  emitter.emit("b", "x");

  const upper = new Transform({ transform: (chunk, _, done) => done(null, chunk.toString().toUpperCase()) });
  const streamed = await text(Readable.from(["a", "b", "c"]).pipe(upper));
  const collected = [];
  await util.promisify(pipeline)(Readable.from(["a", "b"]), async function (source) {
    for await (const piece of source) collected.push(`${piece}`);
  });

  const decoder = new StringDecoder("utf8");
  const bytes = Buffer.from("é");
  const storage = new AsyncLocalStorage();
  const stored = await storage.run("store", async () => {
    await timers.setTimeout(1);
    await null;
    return storage.getStore();
  });
  const order = [];
  await new Promise((resolve) => {
    setImmediate(resolve);
    Promise.resolve().then(() => order.push("promise"));
    process.nextTick(() => order.push("tick"));
  });
  const channel = require("diagnostics_channel").channel("c");
  let published;
  channel.subscribe((message) => published = message);
  channel.publish({ hello: 1 });
  const timer = setTimeout(() => {}, 60_000);
  timer.unref();
  const unreferenced = timer.hasRef() === false;
  clearTimeout(timer);

  return {
    assert: codeOf(() => assert.deepStrictEqual({ a: 1 }, { a: 2 })),
    buffer: [Buffer.from("hé").toString("base64"), Buffer.from("aMOp", "base64").toString(), Buffer.byteLength("hé")],
    events: seen,
    once: await later,
    format: util.format("%s %d %j", "a", 1, { b: 2 }),
    inspect: util.inspect({ a: [1, new Map([["k", "v"]])] }),
    promisify: await util.promisify((value, done) => done(null, value))("done"),
    path: path.join("/a", "b", "..", "c"),
    relative: path.relative("/a/b", "/a/c"),
    query: { ...querystring.parse("a=1&a=2") },
    stringify: querystring.stringify({ a: [1, 2] }),
    decoder: decoder.write(bytes.subarray(0, 1)) + decoder.write(bytes.subarray(1)),
    url: url.parse("mqtt://127.0.0.1:1").hostname,
    file: url.fileURLToPath("file:///a%20b"),
    stream: streamed,
    pipeline: collected,
    consumers: await text(Readable.from(["te", "xt"])),
    punycode: require("punycode").encode("münchen"),
    types: util.types.isPromise(Promise.resolve()),
    deprecated: util.deprecate(() => "ok", "old")(),
    timers: await timers.setTimeout(1, "late"),
    immediate: typeof timer.refresh === "function" && unreferenced,
    tick: order.sort(),
    hooks: stored,
    channel: published,
    hrtime: process.hrtime.bigint() > 0n && process.hrtime()[1] >= 0,
    os: require("os").platform(),
    constants: require("constants").ENOENT,
    isDeep: util.isDeepStrictEqual([1, { a: 2 }], [1, { a: 2 }]),
    styled: util.stripVTControlCharacters("\u001b[31mx\u001b[0m") === "x",
    tty: require("tty").isatty(1),
  };
};
