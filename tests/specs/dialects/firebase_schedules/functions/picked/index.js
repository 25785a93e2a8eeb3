const { onSchedule } = require("firebase-functions/scheduler");

exports.one = onSchedule("* * * * * *", () => console.log("one ran"));
exports.group = { two: onSchedule("* * * * * *", () => console.log("two ran")) };
