// Everything that a request of Express has, as JSON.
module.exports = (req, res) => {
  const [pathname] = req.url.split("?");
  const views = {
    "/head": () => ({
      method: req.method, url: req.url, originalUrl: req.originalUrl, baseUrl: req.baseUrl, path: req.path, query: req.query, params: req.params,
      httpVersion: req.httpVersion, cookies: req.cookies, hostname: req.hostname, protocol: req.protocol, secure: req.secure, xhr: req.xhr,
      ip: req.ip, ips: req.ips, get: req.get("X-Sent"), header: req.header("x-sent"), raw: req.rawHeaders.includes("x-sent"),
      accepts: req.accepts(["text", "json"]), is: String(req.is("json")), aborted: req.aborted, socket: typeof req.socket.remoteAddress,
      message: req instanceof require("http").IncomingMessage, response: res instanceof require("http").ServerResponse,
      readable: req instanceof require("stream").Readable, headersSent: res.headersSent, locals: res.locals,
    }),
    "/body": () => ({
      body: Buffer.isBuffer(req.body) ? { hex: req.body.toString("hex") } : req.body === undefined ? "undefined" : req.body,
      raw: req.rawBody === undefined ? "undefined" : req.rawBody.toString("hex"),
    }),
  };
  res.json(views[pathname]());
};
