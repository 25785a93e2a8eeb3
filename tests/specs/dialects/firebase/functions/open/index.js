const { onCall } = require("firebase-functions/v2/https");
exports.open = onCall((request) => ({ auth: request.auth ?? null, header: request.rawRequest.get("authorization") }));
