require("@google-cloud/functions-framework").http("1bad", () => {});
