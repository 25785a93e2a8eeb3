const http = require("http");

http.createServer((request, response) => {
  if (request.url === "/ok") return response.end("ok");
  response.write("begun");
  request.on("end", () => {
    for (;;);
  });
  request.resume();
}).listen(1);
