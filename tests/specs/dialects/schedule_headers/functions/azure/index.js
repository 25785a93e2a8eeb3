require("@azure/functions").app.http("x", { handler: (request) => ({ jsonBody: [...request.headers] }) });
