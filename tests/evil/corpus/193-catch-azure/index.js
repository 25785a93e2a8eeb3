const { app } = require("@azure/functions");
const { caught, watch, watchAll } = require("./catcher.mjs");

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

app.hook.preInvocation((hook) => watch(hook, "preInvocation"));
app.hook.postInvocation((hook) => watch(hook, "postInvocation"));
app.http("all", {
  methods: ["GET", "POST"],
  route: "{*rest}",
  handler: async (request, context) => {
    watch(request, "request");
    watch(context, "context");
    await request.text();
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { body: check(), cookies: [{ name: "a", value: "b" }] };
  },
});
