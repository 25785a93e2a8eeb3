const { app } = require("@azure/functions");
app.http("route", { route: "a/{b:weekday}", handler() {} });
