const { onSchedule } = require("firebase-functions/v2/scheduler");
exports.seven = onSchedule("every 7 minutes", () => {});
