// ws as a client: text and bytes, a subprotocol, compression, a close with its code, errors.
const WebSocket = require("ws");

const next = (socket, event) => new Promise((resolve) => socket.once(event, (...values) => resolve(values)));

module.exports = async () => {
  const socket = new WebSocket(`${process.env.WS_URL}/room`, ["chat"], { headers: { "x-own": "mine" } });
  const [welcome] = await next(socket, "message");
  const echoes = [];
  for (const message of ["hello", "x".repeat(100_000), Buffer.from([0, 255])]) {
    socket.send(message);
    const [data, isBinary] = await next(socket, "message");
    echoes.push([data.length, isBinary]);
  }
  socket.ping("x");
  const [pong] = await next(socket, "pong");
  socket.send("close");
  const [code, reason] = await next(socket, "close");
  const refused = new WebSocket("ws://127.0.0.1:1/");
  const notOne = new WebSocket(process.env.HTTP_URL.replace("http", "ws"));
  return {
    welcome: String(welcome),
    protocol: socket.protocol,
    extensions: socket.extensions,
    echoes,
    pong: String(pong),
    closed: [code, String(reason), socket.readyState],
    refused: (await next(refused, "error"))[0].code,
    notOne: (await next(notOne, "error"))[0].message,
  };
};
