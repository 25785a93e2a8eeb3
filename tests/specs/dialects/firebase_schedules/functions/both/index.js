const { onInit } = require("firebase-functions");
const { onSchedule } = require("firebase-functions/v2/scheduler");
const v1 = require("firebase-functions/v1");

let ready = 0;
onInit(async () => { ready++; });

exports.second = onSchedule("* * * * * *", async (event) => {
  console.log("second ran", ready, event.jobName, !Number.isNaN(Date.parse(event.scheduleTime)), Object.keys(event));
});
exports.first = v1.region("us-central1").pubsub.schedule("* * * * * *").timeZone("Europe/Berlin").onRun((context) => {
  console.log("first ran", ready, context.eventId.length, context.eventType, context.resource.name, Object.keys(context.params));
  return null;
});
exports.api = v1.https.onRequest((request, response) => response.send("api"));
