// The host's handler is a function of the host: whoever awaits it asks it for its `then`.
let stolen = null;
Function.prototype.then = function (resolve) {
  delete Function.prototype.then;
  const original = this;
  resolve((...args) => {
    stolen = args;
    return original(...args);
  });
};

module.exports = (req, res) => {
  if (stolen !== null) return res.status(500).send(`the host handed over ${stolen.length} arguments of its own`);
  res.send(req.url.endsWith("/ok") ? "ok" : "nothing was stolen");
};
