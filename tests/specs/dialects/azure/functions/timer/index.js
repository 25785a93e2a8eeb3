const { app } = require("@azure/functions");
app.timer("nightly", { schedule: "0 0 3 * * *", handler: (timer, context) => context.log("ran") });
