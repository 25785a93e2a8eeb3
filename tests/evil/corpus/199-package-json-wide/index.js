module.exports = (req, res) => res.send(req.url.endsWith("/ok") ? "ok" : `${Object.keys(require("./package.json").dependencies).length}`);
