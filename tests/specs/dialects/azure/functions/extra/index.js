const { app } = require("@azure/functions");
app.http("extra", { extraInputs: [{ type: "x", name: "y" }], handler() {} });
