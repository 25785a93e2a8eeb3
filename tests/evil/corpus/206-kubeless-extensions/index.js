const { pipeline } = require("stream");

const ways = [
  ({ response }) => { response.end("a"); response.end("b"); response.write("c"); },
  ({ request, response }) => { request.socket.destroy(); response.end("a"); },
  ({ request, response }) => { request.pipe(response); request.unpipe(response); request.pipe(response); response.json({}); },
  ({ response }) => { response.socket.end("HTTP/1.1 200 OK\r\n\r\n"); response.writeHead(200, { "x-a": "b" }); },
  ({ response }) => { response.setHeader("transfer-encoding", "chunked"); response.setHeader("content-length", "70"); response.end("0123456789"); },
  ({ response }) => { response.writeHead(204); response.end("a body"); },
  ({ response }) => { response.writeContinue?.(); response.writeProcessing?.(); response.writeEarlyHints?.({ link: "</x>" }); response.end(); },
  ({ request, response }) => { pipeline(request, response, response.socket, () => {}); response.flushHeaders(); },
  ({ response }) => { response.emit("finish"); response.emit("close"); response.emit("error", new Error("x")); },
  ({ response }) => { response._header = "HTTP/1.1 999\r\n\r\n"; response._send("x"); response.detachSocket(response.socket); },
  ({ request }) => { request.emit("end"); request.push(Buffer.alloc(1e6)); request.destroy(new Error("x")); },
  ({ response }) => { response.socket._handle = null; response.socket._writableState = null; response.end("x"); },
];
let next = 0;

module.exports = {
  index(event) {
    const { extensions } = event;
    if (extensions.request.url.endsWith("/ok")) return "ok";
    extensions.request.on("error", () => {});
    extensions.response.on("error", () => {});
    try {
      ways[next++ % ways.length](extensions);
    } catch {
      // Refused.
    }
    return "returned";
  },
};
