const http = require("node:http");

const server = http.createServer((request, response) => {
  switch (request.url) {
    case "/cookies":
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.setHeader("x-one", "two");
      return response.end("cookies");
    case "/echo":
      response.writeHead(201, { "content-type": request.headers["content-type"] ?? "none" });
      return request.pipe(response);
    case "/stream": {
      response.writeHead(200, { "content-type": "text/plain" });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(`part ${++sent}\n`);
        if (sent < 3) return;
        clearInterval(timer);
        response.end("done\n");
      }, 1);
      return;
    }
    case "/large":
      return response.end(Buffer.alloc(1_000_000, "x"));
    case "/nothing":
      response.statusCode = 204;
      return response.end();
    case "/throws":
      throw new Error("the listener threw");
    case "/rejects":
      Promise.reject(new Error("nobody waits for it"));
      return;
    case "/never":
      return;
    case "/destroys":
      return response.destroy();
    case "/trailers":
      response.write("part");
      return response.addTrailers({ "x-late": "1" });
    case "/invalid":
      return response.setHeader("x-bad", "line\r\nfeed");
    case "/events": {
      const events = [];
      request.on("end", () => events.push("end"));
      response.on("finish", () => events.push("finish"));
      response.on("close", () => console.log(`events ${[...events, "close"]}`));
      request.resume();
      return response.end("events");
    }
    default:
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({
        method: request.method,
        url: request.url,
        version: request.httpVersion,
        header: request.headers["x-sent"],
        complete: request.complete,
        address: request.socket.remoteAddress,
        listening: server.listening,
        port: server.address().port,
      }));
  }
});
server.listen(3000, () => console.log("it listens"));
