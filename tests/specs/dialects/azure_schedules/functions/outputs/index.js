const { app } = require("@azure/functions");
app.timer("outputs", { schedule: "0 0 0 * * *", extraOutputs: [{ type: "queue", name: "q" }], handler() {} });
