// It answers, and goes on for ever.
module.exports = (req, res) => {
  res.send(req.url.endsWith("/ok") ? "ok" : "answered");
  if (!req.url.endsWith("/ok")) return new Promise(() => setInterval(() => {}, 10));
};
