const { caught, watch, watchAll } = require("./catcher.mjs");

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

Parse.Cloud.define("ok", async (request) => {
  watch(request, "request");
  return check();
});
Parse.Cloud.define("all", async (request, response) => {
  watch(request, "request");
  watch(response, "response");
  request.log.info("seen");
  await Parse.Cloud.run("ok", { date: new Date(0), list: [new Parse.GeoPoint(1, 2)] });
  response.status(200).header("x-a", "b").success(check());
}, { fields: { a: { type: Array, default: [] } } });
