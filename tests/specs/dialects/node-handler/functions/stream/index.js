// The body was parsed from a copy: the stream is still there.
module.exports = async (req, res) => {
  let text = "";
  if (req.path === "/events") {
    req.on("data", (chunk) => (text += chunk));
    await new Promise((resolve) => req.on("end", resolve));
  } else {
    for await (const chunk of req) text += chunk;
  }
  res.json({ body: req.body ?? "undefined", rawBody: req.rawBody === undefined ? "undefined" : String(req.rawBody), stream: text });
};
