const functions = require("firebase-functions/v1");
exports.created = functions.firestore.document("users/{id}").onCreate(() => {});
