const { app, output } = require("@azure/functions");
app.http("binding", { extraOutputs: [output.storageQueue({ queueName: "q", connection: "c" })], handler() {} });
