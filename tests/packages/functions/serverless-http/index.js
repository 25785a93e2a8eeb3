// serverless-http: Express 5 behind a handler of Lambda; JSON, forms, cookies, bytes, redirects, errors.
const express = require("express");
const serverless = require("serverless-http");

const app = express();
app.disable("etag");
app.use(express.json({ limit: "1kb" }));
app.use(express.urlencoded({ extended: true }));
app.get("/", (_request, response) => response.send("<p>hi</p>"));
app.get("/books/:book", (request, response) => response.json({ params: request.params, query: request.query, cookie: request.headers.cookie ?? null }));
app.post("/json", (request, response) => response.status(201).json(request.body));
app.post("/form", (request, response) => response.json(request.body));
app.get("/cookies", (_request, response) => response.cookie("a", "1").cookie("b", "2", { httpOnly: true }).send("set"));
app.get("/bytes", (_request, response) => response.type("image/svg+xml").send(Buffer.from("<svg/>")));
app.get("/redirect", (_request, response) => response.redirect("/books/7"));
app.get("/fails", async () => { throw Object.assign(new Error("broken"), { status: 418 }); });
app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({ error: error.type ?? error.message }));

exports.handler = serverless(app, { binary: ["image/*"] });
