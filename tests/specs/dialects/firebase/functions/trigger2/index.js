const { pubsub } = require("firebase-functions/v2");
exports.message = pubsub.onMessagePublished("topic", () => {});
