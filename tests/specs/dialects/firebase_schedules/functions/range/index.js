const { onSchedule } = require("firebase-functions/v2/scheduler");
exports.range = onSchedule("every 5 minutes from 10:00 to 14:00", () => {});
