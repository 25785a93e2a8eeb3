const { app } = require("@azure/functions");
const told = (name) => async (request) => ({ jsonBody: { name, ...request.params } });
app.http("hello", { handler: told("hello") });
app.get("Stock", { route: "Stock/{item:alpha}/{size:int?}", handler: told("Stock") });
app.get("files", { route: "files/{*rest}", handler: told("files") });
