// WebSockets by the packages ws and socket.io: they send back what they get.
import http from "node:http";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export function webSocket() {
  const server = http.createServer();
  const { WebSocketServer } = require("ws");
  new WebSocketServer({ server, perMessageDeflate: true, handleProtocols: (asked) => [...asked][0] }).on("connection", (socket, request) => {
    socket.send(`welcome to ${request.url}`);
    socket.on("message", (data, isBinary) => (String(data) === "close" ? socket.close(4000, "as asked") : socket.send(data, { binary: isBinary })));
  });
  return { server, scheme: "ws" };
}

export function socketIo() {
  const server = http.createServer();
  const { Server } = require("socket.io");
  new Server(server).on("connection", (socket) => {
    socket.emit("welcome", { token: socket.handshake.auth.token });
    socket.on("echo", (value, acknowledge) => acknowledge({ value }));
  });
  return { server };
}
