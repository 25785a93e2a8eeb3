const tls = require("tls");
const { Duplex } = require("stream");
/** What becomes of a connection whose peer sends the same chunks over and over. */
function against(chunks, most) {
  let sent = 0;
  const peer = new Duplex({
    read() {
      setImmediate(() => {
        if (sent < most) this.push(chunks[sent++ % chunks.length]);
        else this.push(null);
      });
    },
    write(chunk, encoding, done) {
      done();
    },
  });
  return new Promise((resolve) => {
    const socket = tls.connect({ socket: peer, servername: "localhost" });
    socket.on("error", (error) => resolve(error.code));
    socket.on("secureConnect", () => resolve("secure"));
    socket.on("close", () => resolve("closed"));
    setTimeout(() => resolve("open"), 2000);
  });
}
const record = (type, ...bytes) => Buffer.from([type, 3, 3, bytes.length >> 8, bytes.length & 255, ...bytes]);
module.exports = async (request) => {
  if (new URL(request.url).pathname.endsWith("/ok")) return "ok";
  const found = await Promise.all([
    against([Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")], 1),
    against([crypto.getRandomValues(Buffer.alloc(60_000))], 200),
    against([record(22, 2, 0xff, 0xff, 0xff), record(22, ...new Array(16_000).fill(0))], 2000), // a server's hello of 16 MB
    against([record(22, 2)], 5000), // a byte in each record
    against([record(22)], 5000), // none in each
    against([record(20, 1)], 5000),
    against([record(21, 1, 0), crypto.getRandomValues(Buffer.alloc(60_000))], 300), // goodbye, and on
    against([record(21, 1, 90)], 5000), // warnings
    against([record(23, ...new Array(16_000).fill(7))], 1000),
    against([Buffer.from([22, 3, 3, 0xff, 0xff])], 1),
    against([Buffer.alloc(0), Buffer.from([22])], 3),
  ]);
  if (found.some((what) => what === "secure" || what === "open")) throw new Error(found.join());
  return found.join();
};
