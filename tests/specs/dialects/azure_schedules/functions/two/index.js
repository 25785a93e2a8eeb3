const { app } = require("@azure/functions");
app.timer("two", { schedule: "0 0 0 * * *", handler() {} });
app.timer("two", { schedule: "0 0 1 * * *", handler() {} });
