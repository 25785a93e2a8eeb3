exports.x = require("firebase-functions/https").onCall(({ rawRequest }) => [rawRequest.headers, rawRequest.rawHeaders]);
