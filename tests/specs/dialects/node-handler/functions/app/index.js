// The shape of `exports.app = app`: an application of Express or connect reads its body itself.
const app = (req, res) => app.handle(req, res);
app.handle = (req, res) => {
  let text = "";
  req.on("data", (chunk) => (text += chunk));
  req.on("end", () => res.end(`${req.method} ${req.url} ${text} ${typeof req.body} ${typeof res.send}`));
};
exports.app = app;
