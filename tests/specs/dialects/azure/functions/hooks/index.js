const { app } = require("@azure/functions");
app.hook.appStart(() => console.log("started once"));
app.hook.preInvocation((context) => { context.hookData.before = context.invocationContext.functionName; });
app.hook.postInvocation((context) => { context.result = { body: `${context.hookData.before} ${context.result?.body} ${context.error?.message}` }; context.error = null; });
app.http("hooked", { handler: (request) => { if (request.query.has("throw")) throw new Error("caught"); return { body: "body" }; } });
