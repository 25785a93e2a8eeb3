const { app } = require("@azure/functions");

const names = Array.from({ length: 30 }, (_, i) => `{p${i}}`);
app.get("ok", async () => ({ body: "ok" }));
app.get("all", { route: `x${names.join("")}!`, handler: async () => ({ body: "found" }) });
