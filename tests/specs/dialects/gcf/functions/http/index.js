const functions = require("@google-cloud/functions-framework");
functions.http("helloHttp", (req, res) => {
  switch (req.path) {
    case "/members":
      return res.send({ rawBody: Buffer.isBuffer(req.rawBody) ? String(req.rawBody) : "undefined", body: Buffer.isBuffer(req.body) ? req.body.toString("hex") : req.body ?? "undefined", id: /^[a-z0-9]+$/.test(req.executionId), params: req.params });
    case "/throws":
      throw new Error("on purpose");
    case "/never":
      return;
  }
  res.send(`Hello ${req.query.name || req.body?.name || "World"}!`);
});
