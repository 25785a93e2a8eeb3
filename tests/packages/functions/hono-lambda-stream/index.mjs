// Hono behind its streaming adapter for Lambda: `streamHandle(app)`.
import { Hono } from "hono";
import { streamHandle } from "hono/aws-lambda";
import { streamText } from "hono/streaming";

const app = new Hono();
app.get("/", (context) => streamText(context, async (stream) => {
  for (let line = 0; line < 3; line++) {
    await stream.writeln(`line ${line}`);
    await stream.sleep(2);
  }
}));
app.get("/large", (context) => context.text("x".repeat(200_000)));
app.get("/cookies", (context) => {
  context.header("set-cookie", "a=1", { append: true });
  context.header("set-cookie", "b=2", { append: true });
  return context.text("set");
});
app.post("/json", async (context) => context.json(await context.req.json(), 201));
app.notFound((context) => context.text("nothing here", 404));

export const handler = streamHandle(app);
