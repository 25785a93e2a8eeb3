const { app } = require("@azure/functions");
app.http("locked", { authLevel: "admin", handler: () => ({ body: "never" }) });
