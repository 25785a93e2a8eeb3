const { onSchedule } = require("firebase-functions/v2").scheduler;
const { pubsub } = require("firebase-functions/v1");
exports.nightly = onSchedule("every day 03:00", () => console.log("ran"));
exports.old = pubsub.schedule("every 5 minutes").timeZone("Europe/Berlin").onRun(() => console.log("ran"));
