const http = require("http");
const server = http.createServer(async (request, response) => {
  let size = 0;
  for await (const chunk of request) size += chunk.length;
  response.end(`${size} bytes`);
});
server.listen(8080);
