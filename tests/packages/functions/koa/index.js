// Koa: middleware in layers, a router, a stream, errors, cookies, a body that is read by hand.
const { Readable } = require("stream");
const Koa = require("koa");
const Router = require("@koa/router");

const app = new Koa({ keys: ["secret"] });
app.silent = true;
app.use(async (context, next) => {
  const before = [];
  context.state.before = before;
  await next();
  context.set("x-layers", before.join("-"));
});
app.use(async (context, next) => { context.state.before.push("two"); await next(); });
const router = new (Router.default ?? Router)();
router.get("/items/:id", (context) => { context.body = { id: context.params.id, query: context.query }; });
router.get("/stream", (context) => { context.type = "text"; context.body = Readable.from(["a", "b"]); });
router.get("/cookie", (context) => { context.cookies.set("name", "value", { signed: false }); context.body = "set"; });
router.post("/body", async (context) => { let text = ""; for await (const piece of context.req) text += piece; context.body = text.toUpperCase(); });
router.get("/teapot", (context) => context.throw(418, "short and stout"));
router.get("/fails", () => { throw new Error("hidden"); });
app.use(router.routes()).use(router.allowedMethods());
app.listen(3000);
