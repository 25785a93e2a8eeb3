require("http").createServer((req, res) => res.end(JSON.stringify([req.headers, req.rawHeaders, req.headersDistinct]))).listen(8080);
