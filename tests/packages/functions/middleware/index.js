// The middleware that Express programs have: body-parser, cors, helmet, express-session, morgan, cookie-parser, compression.
const express = require("express");
const bodyParser = require("body-parser");
const compression = require("compression");
const cookieParser = require("cookie-parser");
const cors = require("cors");
const helmet = require("helmet");
const morgan = require("morgan");
const session = require("express-session");

const lines = [];
const app = express();
app.use(morgan(":method :url :status", { stream: { write: (line) => lines.push(line.trim()) } }));
app.use(helmet(), cors({ origin: "https://example.org", credentials: true }));
app.use(cookieParser("secret"), session({ secret: "secret", resave: false, saveUninitialized: true, genid: () => "fixed" }));
app.use(compression({ threshold: 100 }));
app.use(bodyParser.json(), bodyParser.urlencoded({ extended: false }), bodyParser.text(), bodyParser.raw({ type: "application/octet-stream" }));
app.post("/body", (request, response) => response.json({ body: Buffer.isBuffer(request.body) ? request.body.toString("hex") : request.body }));
app.get("/session", (request, response) => {
  request.session.visits = (request.session.visits ?? 0) + 1;
  response.json({ visits: request.session.visits, cookies: request.cookies, signed: request.signedCookies });
});
app.get("/sign", (_request, response) => response.cookie("name", "value", { signed: true }).end());
app.get("/long", (_request, response) => response.type("text").send("compressible ".repeat(50)));
app.get("/lines", (_request, response) => response.json(lines));
app.listen(3000);
