// serverless-http behind the event of a load balancer: Express 5 with queries, JSON, forms, bytes, cookies and errors.
const express = require("express");
const serverless = require("serverless-http");

const app = express();
app.disable("etag");
app.disable("x-powered-by");
app.use(express.json(), express.urlencoded({ extended: false }), express.raw({ type: "multipart/form-data" }));
app.get("/query", (request, response) => response.json({ query: request.query, path: request.path, url: request.originalUrl, header: request.get("x-one") ?? null }));
app.all("/body", (request, response) => response.json({ method: request.method, body: Buffer.isBuffer(request.body) ? request.body.toString() : request.body ?? null }));
app.get("/bytes", (_request, response) => response.type("png").send(Buffer.from("bytes")));
app.get("/cookies", (_request, response) => response.cookie("a", "1").send("set"));
app.get("/redirect", (_request, response) => response.redirect(301, "/query"));
app.get("/empty", (_request, response) => response.status(204).end());
app.get("/fails", () => { throw new Error("broken"); });
app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({ error: error.type ?? error.message }));

exports.handler = serverless(app, { binary: ["image/*"] });
