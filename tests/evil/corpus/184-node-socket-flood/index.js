const net = require("net");

module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const outcomes = {};
  const note = (name) => outcomes[name] = (outcomes[name] ?? 0) + 1;
  const sockets = [];
  for (let i = 0; i < 5000; i++) {
    const socket = net.connect({ port: 1 + i % 60000, host: i % 2 === 0 ? "127.0.0.1" : "localhost" });
    socket.on("error", (error) => note(error.code)).on("connect", () => note("connected"));
    sockets.push(socket);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  for (const socket of sockets) socket.destroy();
  return outcomes;
};
