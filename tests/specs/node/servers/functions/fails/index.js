const http = require("http");
http.createServer(() => {}).listen("/tmp/socket").on("error", (error) => {
  console.log(`cannot listen: ${error.code}`);
});
