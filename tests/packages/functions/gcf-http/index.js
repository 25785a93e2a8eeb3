// Google's functions framework, `functions.http`: bodies of each type, members of the request, every way to answer, and errors.
// The framework keeps the bytes of a body only if it has a type; Skep always does.
const functions = require("@google-cloud/functions-framework");

const shown = (value) => Buffer.isBuffer(value) ? { bytes: value.toString("hex") } : value === undefined ? "undefined" : value;

/** What the function sees of a request. */
const seen = (req) => ({
  method: req.method, url: req.url, originalUrl: req.originalUrl, baseUrl: req.baseUrl, path: req.path, params: req.params, query: req.query, body: shown(req.body),
  rawBody: req.get("Content-Type")?.includes("/") ? shown(req.rawBody) : "not looked at", type: shown(req.get("Content-Type")), isJson: shown(req.is("json")), isForm: req.is("urlencoded"), accepts: req.accepts(["html", "json"]),
  language: req.acceptsLanguages("de", "en"), header: shown(req.header("x-one")), xhr: req.xhr, secure: req.secure, protocol: req.protocol, fresh: req.fresh,
});

const answers = {
  "/text": (req, res) => res.send("<p>text</p>"),
  "/json": (req, res) => res.json({ a: [1, null, { b: "ü" }] }),
  "/list": (req, res) => res.send([1, 2]),
  "/null": (req, res) => res.json(null),
  "/null-sent": (req, res) => res.send(null),
  "/boolean": (req, res) => res.send(true),
  "/number": (req, res) => res.json(7),
  "/buffer": (req, res) => res.send(Buffer.from("bytes")),
  "/buffer-typed": (req, res) => res.type("png").send(Buffer.from("bytes")),
  "/nothing": (req, res) => res.send(),
  "/end": (req, res) => res.end(),
  "/end-text": (req, res) => res.end("ended"),
  "/status": (req, res) => res.status(422).json({ error: "unprocessable" }),
  "/send-status": (req, res) => res.sendStatus(404),
  "/no-content": (req, res) => res.status(204).send("is not sent"),
  "/not-modified": (req, res) => res.status(304).send("is not sent"),
  "/redirect": (req, res) => res.redirect("/else?where=ü"),
  "/redirect-301": (req, res) => res.redirect(301, "https://example.com/"),
  "/headers": (req, res) => res.set({ "X-One": "1", "X-List": ["a", "b"] }).append("X-List", "c").vary("Origin").links({ next: "http://x/2" }).location("/here").type("text/csv").send("a,b"),
  "/cookies": (req, res) => res.cookie("a", "1 2", { httpOnly: true, path: "/p" }).cookie("b", { c: 1 }).clearCookie("d").send("set"),
  "/format": (req, res) => res.format({ "text/plain": () => res.send("plain"), "application/json": () => res.json({ is: "json" }), default: () => res.status(406).send("none") }),
  "/jsonp": (req, res) => res.jsonp({ a: "</script>" }),
  "/attachment": (req, res) => res.attachment("ü.csv").send("a"),
  "/pieces": (req, res) => {
    res.writeHead(201, { "content-type": "text/plain", "x-raw": "yes" });
    res.write("one ");
    setTimeout(() => res.end("two"), 5);
  },
  "/later": (req, res) => setTimeout(() => res.send({ late: true }), 5),
  "/awaited": async (req, res) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    res.send("awaited");
  },
  "/cors": (req, res) => {
    res.set("Access-Control-Allow-Origin", "*");
    if (req.method !== "OPTIONS") return res.send("crossed");
    res.set({ "Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": "Content-Type", "Access-Control-Max-Age": "3600" }).status(204).send("");
  },
  "/throws": () => {
    throw new Error("on purpose");
  },
  "/rejects": async () => {
    throw new Error("on purpose");
  },
  "/throws-text": () => {
    throw "on purpose";
  },
  "/bad-status": (req, res) => res.status(99).send("x"),
  "/throws-after": (req, res) => {
    res.send("sent");
    throw new Error("too late to tell");
  },
};

functions.http("answer", (req, res) => (answers[req.path] ?? ((req, res) => res.json(seen(req))))(req, res));
functions.http("other", (req, res) => res.send("not this one"));
