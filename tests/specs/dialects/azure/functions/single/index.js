const { app } = require("@azure/functions");
app.get("x", async (r) => ({ jsonBody: { url: new URL(r.url).pathname } }));
