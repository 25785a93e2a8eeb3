const { app } = require("@azure/functions");
app.timer("cut", { schedule: "00:07:00", handler() {} });
