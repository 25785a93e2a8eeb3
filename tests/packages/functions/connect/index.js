// connect: middleware on paths, and an error on its way to the end.
const http = require("http");
const connect = require("connect");

const app = connect();
app.use("/deep", (request, response, next) => { response.setHeader("x-url", request.url); next(); });
app.use("/deep/fails", (_request, _response, next) => next(Object.assign(new Error("broken"), { status: 418 })));
app.use((request, response) => response.end(`${request.method} ${request.originalUrl}`));
app.use((error, _request, response, _next) => { response.statusCode = error.status; response.end(error.message); });
http.createServer(app).listen(3000);
