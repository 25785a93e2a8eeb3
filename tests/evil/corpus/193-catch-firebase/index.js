const { onRequest } = require("firebase-functions/v2/https");
const { caught, watch, watchAll } = require("./catcher.mjs");

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

exports.all = onRequest({ cors: true }, async (req, res) => {
  watch(req, "req");
  watch(res, "res");
  await new Promise((resolve) => process.nextTick(resolve));
  res.send(check());
});
