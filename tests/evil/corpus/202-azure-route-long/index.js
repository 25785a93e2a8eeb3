const { app } = require("@azure/functions");

const route = Array.from({ length: 10_000 }, (_, i) => `{p${i}:int:min(0):max(9)?}`).join("/");
for (let i = 0; i < 20; i++) app.http(`f${i}`, { route: `${route}/${i}`, handler: async (request) => ({ jsonBody: request.params }) });
