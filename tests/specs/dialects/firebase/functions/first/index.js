// The first generation.
const functions = require("firebase-functions/v1");
exports.request = functions.region("us-central1").runWith({ memory: "256MB" }).https.onRequest((req, res) => res.status(200).send(`v1 ${req.method}`));
exports.call = functions.https.onCall((data, context) => ({ data, auth: context.auth ?? null, raw: typeof context.rawRequest }));
exports.group = { inner: functions.https.onRequest((req, res) => res.send(`inner ${req.url} ${req.baseUrl} ${req.originalUrl}`)) };
