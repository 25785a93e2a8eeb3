export default (req, res) => res.json({ hello: req.query.name });
