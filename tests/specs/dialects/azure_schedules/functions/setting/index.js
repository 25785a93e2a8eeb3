const { app } = require("@azure/functions");
app.timer("setting", { schedule: "%NOT_SET%", handler() {} });
