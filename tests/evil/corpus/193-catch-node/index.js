const hooks = require("async_hooks");
const { caught, watch, watchAll } = require("./catcher.mjs");

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

hooks.createHook({
  init: (id, type, trigger, resource) => watch(resource, `init of ${type}`),
  before: () => watch(hooks.executionAsyncResource(), "executionAsyncResource"),
}).enable();

module.exports = async (req, res) => {
  watch(req, "req");
  watch(res, "res");
  for await (const chunk of req) watch(chunk, "chunk");
  const storage = new hooks.AsyncLocalStorage();
  await storage.run({}, () => new Promise((resolve) => setImmediate(() => process.nextTick(resolve))));
  await new Promise((resolve) => watch(setTimeout(resolve, 1), "setTimeout"));
  const { call, waitUntil } = require("skep");
  waitUntil(Promise.resolve());
  if (!req.url.endsWith("/ok")) await (await call("catch-node", "/ok")).text();
  res.set("x-a", "b").cookie("a", "b");
  res.send(check());
};
