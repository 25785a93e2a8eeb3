const http = require("http");
http.createServer(() => {}).listen(1);
http.createServer(() => {}).listen(2);
