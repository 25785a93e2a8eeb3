const { app } = require("@azure/functions");
app.storageBlob("blob", { path: "x/{name}", connection: "c", handler() {} });
