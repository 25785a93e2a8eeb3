const { defineBoolean, defineJsonSecret, defineList, projectID } = require("firebase-functions/params");
const { onRequest } = require("firebase-functions/https");
const [flag, list, json] = [defineBoolean("FLAG"), defineList("LIST"), defineJsonSecret("JSON")];
exports.params = onRequest({ secrets: [json] }, (req, res) => res.json({ flag: flag.value(), list: list.value(), json: json.value(), project: projectID.value(), chosen: flag.thenElse("yes", "no").value() }));
