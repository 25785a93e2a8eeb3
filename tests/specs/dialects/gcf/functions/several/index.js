const { http } = require("@google-cloud/functions-framework");
http("one", (req, res) => res.send("one"));
http("two", (req, res) => res.send("two"));
