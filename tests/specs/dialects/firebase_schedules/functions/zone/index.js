const { onSchedule } = require("firebase-functions/v2/scheduler");
exports.zone = onSchedule({ schedule: "every monday 09:00", timeZone: "Europe/Berln" }, () => {});
