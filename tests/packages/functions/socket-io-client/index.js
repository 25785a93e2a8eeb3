// socket.io-client: the transports polling and websocket, acknowledgements, errors.
const { io } = require("socket.io-client");

async function talk(transports) {
  const socket = io(process.env.SOCKET_IO_URL, { transports, auth: { token: "t" }, forceNew: true, reconnection: false });
  const welcome = await new Promise((resolve, reject) => { socket.once("welcome", resolve).once("connect_error", reject); });
  const echoes = await Promise.all([1, { deep: ["x"] }, "x".repeat(20_000)].map((value) => socket.timeout(10_000).emitWithAck("echo", value)));
  const transport = socket.io.engine.transport.name;
  socket.disconnect();
  return { welcome, echoes: echoes.map(({ value }) => value.length ?? value), transport };
}

module.exports = async () => ({
  polling: await talk(["polling"]),
  websocket: await talk(["websocket"]),
  refused: await new Promise((resolve) => { io("http://127.0.0.1:1", { reconnection: false, forceNew: true }).once("connect_error", ({ message }) => resolve(message)); }),
});
