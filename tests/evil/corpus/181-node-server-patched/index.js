const http = require("http");

// A server whose instance has its prototypes replaced while calls are under way: only its own answers suffer.
http.createServer((request, response) => {
  if (request.url === "/ok") return response.end("ok");
  const boom = () => {
    throw new Error("patched");
  };
  for (const name of ["push", "shift", "slice", "indexOf", "splice"]) Array.prototype[name] = boom;
  for (const name of ["split", "slice", "indexOf", "toLowerCase", "startsWith"]) String.prototype[name] = boom;
  Promise.prototype.then = boom;
  Function.prototype.call = Function.prototype.apply = Function.prototype.bind = boom;
  Map.prototype.set = Map.prototype.delete = Map.prototype.get = boom;
  http.ServerResponse.prototype._writeRaw = boom;
  http.IncomingMessage.prototype._addHeaderLines = boom;
  Object.defineProperty(Object.prototype, "length", { get: boom, configurable: true });
  response.end("patched");
}).listen(1);
