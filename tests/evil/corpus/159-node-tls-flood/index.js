const tls = require("tls");
const net = require("net");
module.exports = async (request) => {
  const target = new URL(request.url).pathname.split("/").at(-1);
  if (target === "ok") return "ok";
  const [host, port] = target.split(":");
  const direct = await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve) => {
    const socket = tls.connect({ host, port, servername: "localhost" });
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    socket.pause();
    socket.on("error", (error) => resolve(error.code));
    setTimeout(() => { socket.destroy(); resolve("waits"); }, 1500);
  })));
  // The server answers what came before TLS, so that its flood is what the handshake gets.
  const upgraded = await new Promise((resolve) => {
    const raw = net.connect(port, host, () => {
      raw.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
      const socket = tls.connect({ socket: raw, servername: "localhost" });
      socket.on("error", (error) => resolve(error.code));
      socket.on("secureConnect", () => resolve("secure"));
    });
  });
  if (direct.includes("secure") || upgraded === "secure") throw new Error(`${direct} ${upgraded}`);
  return upgraded;
};
