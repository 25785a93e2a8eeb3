// Hono's adapter for Lambda behind API Gateway's first event: lists in queries and headers, forms, bytes, several cookies.
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";

const app = new Hono();
app.get("/query", (context) => context.json({ all: context.req.queries(), header: context.req.header("x-one"), cookie: context.req.header("cookie"), url: new URL(context.req.url).search }));
app.post("/json", async (context) => context.json(await context.req.json(), 201));
app.post("/form", async (context) => {
  const form = await context.req.parseBody({ all: true });
  const shown = Object.entries(form).map(async ([name, value]) => [name, value instanceof File ? { name: value.name, type: value.type, text: await value.text() } : value]);
  return context.json(Object.fromEntries(await Promise.all(shown)));
});
app.post("/bytes", async (context) => context.body(new Uint8Array(await context.req.arrayBuffer()), 200, { "content-type": "image/png" }));
app.on(["PUT", "PATCH", "DELETE"], "/text", async (context) => context.text(`${context.req.method} ${await context.req.text()}`));
app.get("/cookies", (context) => {
  context.header("set-cookie", "a=1", { append: true });
  context.header("set-cookie", "b=2; HttpOnly", { append: true });
  return context.html("<p>set</p>");
});
app.get("/orders/:id", (context) => context.json({ id: context.req.param("id"), stage: context.env.event.requestContext.stage, ip: context.env.event.requestContext.identity.sourceIp }));
app.get("/redirect", (context) => context.redirect("/query?x=1", 308));
app.get("/empty", (context) => context.body(null, 204));
app.get("/fails", () => { throw new Error("broken"); });
app.onError((error, context) => context.json({ error: error.message }, 500));

export const handler = handle(app);
