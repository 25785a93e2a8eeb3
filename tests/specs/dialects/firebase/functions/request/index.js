const { onRequest } = require("firebase-functions/v2/https");
const logger = require("firebase-functions/logger");
exports.hello = onRequest({ cors: true, region: "europe-west1" }, (req, res) => {
  logger.info("hello logs", { structured: true });
  if (req.path === "/throws") throw new Error("on purpose");
  if (req.path === "/rejects") return Promise.reject(new Error("rejected"));
  res.send({ body: req.body ?? "undefined", raw: Buffer.isBuffer(req.rawBody), name: req.query.name ?? "nobody", path: req.path });
});
