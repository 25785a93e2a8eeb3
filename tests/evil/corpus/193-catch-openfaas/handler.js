const { caught, watch, watchAll } = require("./catcher.mjs");

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

module.exports = (event, context, callback) => {
  watch(event, "event");
  watch(context, "context");
  watch(callback, "callback");
  setTimeout(() => {
    context.headers({ "x-a": "b" });
    context.status(200).succeed(check());
    context.succeed("again");
  }, 1);
};
