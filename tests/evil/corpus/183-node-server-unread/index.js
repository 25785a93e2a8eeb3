const http = require("http");

http.createServer((request, response) => {
  if (request.url === "/ok") return response.end("ok");
  // Nothing waits for `drain`: what is written lies in the heap.
  const more = () => {
    for (let i = 0; i < 100; i++) response.write(Buffer.alloc(64 << 10, "x"));
    setImmediate(more);
  };
  more();
}).listen(1);
