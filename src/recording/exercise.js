// What the build script runs to record the compiled code of Node's built-in modules: `src/recording/mod.rs`.
//
// Every module is loaded, and what most packages do with them is done once: the functions that run are in the recorded code.
//
// Invariant: nothing here needs a network, a file, or a call.

(() => {
  const { setIdentity } = globalThis.__skep_bootstrap();
  setIdentity("record", "v0", [], "file:///record/index.js", true, false);
  const require = (name) => globalThis[Symbol.for("skep.require")](name.startsWith("node:") ? name : `node:${name}`);
  for (const name of require("module").builtinModules) require(name);

  const { EventEmitter, once } = require("events");
  const emitter = new EventEmitter();
  once(emitter, "event");
  emitter.on("event", () => {}).once("event", () => {}).emit("event", 1);
  emitter.removeAllListeners();

  const bytes = Buffer.concat([Buffer.from("a text, "), Buffer.from("aGV4", "base64"), Buffer.alloc(4)]);
  bytes.toString("hex");
  bytes.subarray(2).equals(bytes);
  bytes.writeUInt32BE(bytes.readUInt32BE(0), 4);
  bytes.write("x", 1, "latin1");

  const util = require("util");
  util.inspect({ a: [1, "two", { three: new Map([[1, new Set()]]) }], e: new Error("x"), f() {} });
  util.format("%s %d %j", "a", 1, {});
  util.promisify((done) => done())();
  util.inherits(function Old() {}, EventEmitter);

  const { PassThrough, Readable, Transform, Writable, pipeline } = require("stream");
  const through = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
  pipeline(Readable.from(["a", "b"]), through, new PassThrough(), new Writable({ write: (_chunk, _encoding, done) => done() }), () => {});

  const { AsyncLocalStorage, AsyncResource } = require("async_hooks");
  new AsyncLocalStorage().run(1, () => AsyncResource.bind(() => {})());

  require("path").join(require("path").dirname("/a/b.js"), "..", "c");
  require("url").parse("http://user@host:1/path?query#hash");
  require("querystring").parse("a=1&b=2");
  require("assert").deepStrictEqual({ a: [1] }, { a: [1] });
  setImmediate(() => {});
  process.nextTick(() => {});
  void process.env.PATH;
  process.hrtime.bigint();

  const crypto = require("crypto");
  crypto.createHash("sha256").update("a").digest("hex");
  crypto.createHmac("sha256", "key").update("a").digest("base64url");
  crypto.randomBytes(16).toString("hex");
  crypto.randomUUID();
  crypto.timingSafeEqual(bytes, bytes);

  const zlib = require("zlib");
  zlib.gunzipSync(zlib.gzipSync("a text"));

  const http = require("http");
  const server = http.createServer((_request, response) => response.end());
  server.listen(1);
  const socket = new PassThrough();
  const request = http.request({ createConnection: () => socket, headers: { accept: "*/*" }, host: "h" }, (response) => response.resume());
  request.on("error", () => {});
  request.end();
  socket.emit("data", Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: a=1\r\n\r\nok"));
  socket.destroy();
  server.close();
  new (require("net").Socket)().on("error", () => {}).destroy();
})();
