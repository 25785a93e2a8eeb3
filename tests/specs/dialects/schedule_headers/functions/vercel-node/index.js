module.exports = (req, res) => res.json([req.headers, req.rawHeaders]);
