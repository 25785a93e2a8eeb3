const { sendAll } = require("./lies.js");

module.exports = async (event, context) => {
  if (event.path.endsWith("/ok")) return context.succeed("ok");
  if (event.path.endsWith("/body")) return context.succeed(typeof event.body);
  return sendAll("bodies-lie-openfaas", "/body");
};
