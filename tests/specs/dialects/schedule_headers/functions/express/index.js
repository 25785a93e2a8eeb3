module.exports = (req, res) => res.json([req.headers, req.rawHeaders, req.headersDistinct, req.get("x-skep-schedule") ?? null]);
