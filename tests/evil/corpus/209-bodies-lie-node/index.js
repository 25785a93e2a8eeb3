const { sendAll } = require("./lies.js");

module.exports = async (req, res) => {
  if (req.url.endsWith("/ok")) return res.send("ok");
  if (req.url.endsWith("/body")) return res.json({ seen: typeof req.body });
  res.json(await sendAll("bodies-lie-node", "/body"));
};
