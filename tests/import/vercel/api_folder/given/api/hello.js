module.exports = (req, res) => res.json({ hello: req.query.name });
