const functions = require("@google-cloud/functions-framework");
functions.cloudEvent("onEvent", (event, callback) => setTimeout(() => callback(event.data.fails ? new Error("by callback") : null, "called"), 2));
