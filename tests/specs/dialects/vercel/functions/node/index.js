// Node's handler with Vercel's helpers.
module.exports = (req, res) => {
  switch (req.url.split("?")[0]) {
    case "/query":
      return res.json({ query: req.query, cookies: req.cookies });
    case "/body":
      return res.status(200).json({ body: Buffer.isBuffer(req.body) ? req.body.toString("hex") : req.body ?? "undefined" });
    case "/caught":
      try {
        return res.json(req.body);
      } catch (error) {
        return res.status(error.statusCode).json({ error: error.message });
      }
    case "/text":
      return res.send("text");
    case "/object":
      return res.send({ a: 1 });
    case "/buffer":
      return res.send(Buffer.from([0, 255]));
    case "/redirect":
      return res.redirect("/else");
    case "/redirect-301":
      return res.redirect(301, "/else");
    case "/redirect-bad":
      return res.redirect({});
    case "/plain":
      res.statusCode = 202;
      res.setHeader("content-type", "text/plain");
      return res.end("plain");
  }
};
