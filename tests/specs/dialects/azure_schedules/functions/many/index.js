const { app } = require("@azure/functions");
for (let i = 0; i < 65; i++) app.timer(`many-${i}`, { schedule: "0 0 0 * * *", handler() {} });
