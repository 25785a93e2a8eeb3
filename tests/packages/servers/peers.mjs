// The servers that call a handler of another host, in Node: what answers.mjs asks for functions whose function.toml names a dialect.
//
// They are those of kubeless's `kubeless.js` and Fission's `server.js`, without logs and metrics; `gcf` is Google's own; `node` is Express with
// its own parsers.
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.resolve("x.js"));

const make = {
  node(handler) {
    const express = require("express");
    const app = express();
    app.use(express.json(), express.urlencoded({ extended: true }), express.text(), (request, response) => handler(request, response));
    return app;
  },

  kubeless(handler, name) {
    const app = require("express4")();
    const bodyParser = require("body-parser");
    app.use(bodyParser.raw({ type: (request) => !request.is("multipart/*") }), (request, _response, next) => {
      request.body ??= {};
      next();
    });
    app.all("*", async (request, response) => {
      response.header("Access-Control-Allow-Origin", "*");
      const text = request.body.length > 0 ? request.body.toString("utf-8") : null;
      const data = text === null ? request.body : request.is("application/json") ? JSON.parse(text) : text;
      const result = await handler({ data, extensions: { request, response } }, { "function-name": name });
      if (response.finished) return;
      if (typeof result === "string" || result === undefined) response.end(result);
      else if (typeof result === "object") response.json(result);
      else response.end(JSON.stringify(result));
    });
    return app;
  },

  fission(handler) {
    const app = require("express")();
    const bodyParser = require("body-parser");
    app.use(bodyParser.json(), bodyParser.urlencoded({ extended: false }), bodyParser.raw(), bodyParser.text({ type: "text/*" }));
    app.use(async (request, response) => {
      const { status, body, headers = {} } = await handler({ request, response });
      for (const [header, value] of Object.entries(headers)) response.set(header, value);
      response.status(status).send(body);
    });
    return app;
  },
};

/** The server that calls `handler`, without the headers that Skep does not copy. Google's is its framework, which knows its functions by name. */
export function peerOf(dialect, handler, name) {
  if (dialect === "gcf") return require("@google-cloud/functions-framework/testing").getTestServer(name);
  const app = make[dialect](handler, name);
  app.disable("x-powered-by");
  app.set("etag", false);
  return http.createServer(app);
}
