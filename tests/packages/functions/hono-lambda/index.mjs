// Hono behind its adapter for Lambda: `handle(app)`, with the event and Lambda's context in its environment.
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";

const app = new Hono();
app.get("/", (context) => context.text("hi"));
app.get("/query", (context) => context.json({ all: context.req.queries("x"), header: context.req.header("x-one"), cookie: context.req.header("cookie") }));
app.post("/json", async (context) => context.json(await context.req.json(), 201));
app.get("/bytes", (context) => context.body(new Uint8Array([104, 105]), 200, { "content-type": "application/octet-stream" }));
app.get("/cookies", (context) => {
  context.header("set-cookie", "a=1", { append: true });
  context.header("set-cookie", "b=2", { append: true });
  return context.text("set");
});
app.get("/orders/:id", (context) => context.json({ id: context.req.param("id"), name: context.env.lambdaContext.functionName, version: context.env.event.version }));
app.get("/fails", () => { throw new Error("broken"); });
app.onError((error, context) => context.text(error.message, 500));

export const handler = handle(app);
