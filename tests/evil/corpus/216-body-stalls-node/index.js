module.exports = (req, res) => res.send("ok");
