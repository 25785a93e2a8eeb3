require("@google-cloud/functions-framework").http("x", (req, res) => res.json([req.headers, req.rawHeaders]));
