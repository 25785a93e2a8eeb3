exports.x = require("firebase-functions/https").onRequest((req, res) => res.json([req.headers, req.rawHeaders]));
