const { sendAll } = require("./lies.js");

Parse.Cloud.define("body", (request) => Object.keys(request.params).length);
Parse.Cloud.define("all", () => sendAll("bodies-lie-parse", "/functions/body"));
