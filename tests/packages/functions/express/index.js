// Express 5: routers, parameters, JSON, forms, static files, streams, async errors, cookies, redirects.
const path = require("path");
const { Readable } = require("stream");
const express = require("express");

const app = express();
app.disable("etag"); // that of a file tells when it was written
const books = express.Router({ mergeParams: true });
books.get("/:book", (request, response) => response.json({ params: request.params, query: request.query }));
app.use("/authors/:author/books", books);
app.use(express.json({ limit: "1kb" }));
app.use(express.urlencoded({ extended: true }));
app.use("/static", express.static(path.join(__dirname, "public"), { etag: false, lastModified: false, maxAge: "1h" }));
app.post("/json", (request, response) => response.status(201).json(request.body));
app.post("/form", (request, response) => response.json(request.body));
app.get("/cookie", (_request, response) => response.cookie("a", "1", { httpOnly: true }).cookie("b", "x y").send("set"));
app.get("/stream", (_request, response) => { Readable.from(["one ", "two ", "three"]).pipe(response.type("text")); });
app.get("/redirect", (_request, response) => response.redirect("/elsewhere"));
app.get("/file", (_request, response) => response.sendFile(path.join(__dirname, "public/hello.txt"), { lastModified: false }));
app.get("/accepts", (request, response) => response.format({ json: () => response.json({ as: "json" }), html: () => response.send("<p>html</p>") }));
app.get("/secure", (request, response) => response.json({ ip: request.ip, protocol: request.protocol, host: request.hostname, xhr: request.xhr }));
app.get("/fails", async () => { throw Object.assign(new Error("broken"), { status: 418 }); });
app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({ error: error.type ?? error.message }));
app.listen(process.env.PORT || 3000);
