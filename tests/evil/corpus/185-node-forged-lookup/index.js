const net = require("net");
const dns = require("dns");

// A name that `[net]` opens speaks only for the addresses that a look-up found: the function cannot lend it to another one.
module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const reached = [];
  const attempt = (prepare, options) => new Promise((resolve) => {
    const socket = new net.Socket();
    socket.on("error", resolve);
    socket.on("connect", () => {
      reached.push(options);
      socket.destroy();
      resolve();
    });
    prepare(socket);
    socket.connect(options);
    setTimeout(resolve, 500).unref();
  });
  const port = new URL(process.env.UPSTREAM ?? "http://127.0.0.1:9").port || 9;
  const forge = (socket) => {
    const connect = socket.connect;
    socket.connect = function (...args) {
      const done = connect.apply(this, args);
      this._handle?.setNetPermToken?.({ host: "localhost", addresses: ["127.0.0.1"] });
      return done;
    };
  };
  await attempt(forge, { port, host: "127.0.0.2" });
  await attempt(() => {}, { port, host: "localhost", lookup: (_name, _options, done) => done(null, [{ address: "127.0.0.3", family: 4 }]) });
  dns.lookup = (_name, options, done) => (done ?? options)(null, "127.0.0.4", 4);
  await attempt(() => {}, { port, host: "localhost" });
  for (const token of [{ host: "localhost" }, { host: { toString: () => "localhost" } }, null, 7]) {
    await attempt((socket) => socket.on("lookup", () => socket._handle.setNetPermToken(token)), { port, host: "127.0.0.5" });
  }
  return reached.length === 0 ? "nothing was reached" : new Response(JSON.stringify(reached), { status: 500 });
};
