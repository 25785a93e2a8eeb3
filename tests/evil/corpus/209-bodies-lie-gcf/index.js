const { sendAll } = require("./lies.js");

require("@google-cloud/functions-framework").http("all", async (req, res) => {
  if (req.url.endsWith("/ok")) return res.send("ok");
  if (req.url.endsWith("/body")) return res.json({ seen: typeof req.body, raw: req.rawBody?.length });
  res.json(await sendAll("bodies-lie-gcf", "/body"));
});
