const { onSchedule } = require("firebase-functions/v2/scheduler");
exports.words = onSchedule("every day at noon", () => {});
