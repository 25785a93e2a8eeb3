const tls = require("tls");
const { Duplex } = require("stream");
module.exports = async () => {
  const kept = [];
  const failed = {};
  for (let turn = 0; turn < 2000; turn++) {
    const peer = new Duplex({ read() {}, write(chunk, encoding, done) { done(); } });
    const socket = tls.connect({ socket: peer, servername: `n${turn}.example`, ca: `${turn}`.repeat(10_000) });
    socket.on("error", (error) => { failed[error.code] = (failed[error.code] ?? 0) + 1; });
    socket.write(Buffer.alloc(1000));
    kept.push(socket);
    if (turn % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return JSON.stringify(failed);
};
