const tls = require("tls");
const { Duplex } = require("stream");
/** A peer that answers with a text, or goes at once. */
const peer = (text) => new Duplex({
  read() {},
  write(chunk, encoding, done) {
    this.push(text);
    done();
  },
});
const failure = (socket) => new Promise((resolve) => socket.on("error", (error) => resolve(error.code)));
module.exports = async () => {
  const found = [
    await failure(tls.connect({ socket: peer("HTTP/1.1 400 Bad Request\r\n\r\n"), servername: "localhost" })),
    await failure(tls.connect({ socket: peer(null), servername: "localhost" })),
    await failure(tls.connect({ socket: peer(null), maxVersion: "TLSv1.1" })),
    await failure(new tls.TLSSocket(peer(null), { isServer: true })),
  ];
  await new Promise((resolve) => setTimeout(resolve, 50)); // those are gone
  const many = Array.from({ length: 70 }, () => tls.connect({ socket: new Duplex({ read() {}, write(chunk, encoding, done) { done(); } }) }));
  let refused = 0;
  for (const socket of many) socket.on("error", (error) => { refused += error.code === "EMFILE" ? 1 : 0; });
  await new Promise((resolve) => setImmediate(resolve));
  for (const socket of many) socket.destroy();
  return [...found, many.length - refused];
};
