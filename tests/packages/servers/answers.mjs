// What node answers: loads one function, sends it the requests of a file and writes the answers beside them.
//
// `tests/it/packages/exchange.rs` runs it in the functions directory, with the variables of the functions: node answers.mjs FOLDER FILE
// A program that listens is asked over HTTP; a handler is called with a Request, and its result is sent as Skep sends it; an export
// `handler` is called as Lambda does.
import fs from "node:fs";
import http from "node:http";
import Module, { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

import { peerOf } from "./peers.mjs";
import { askLambda } from "./lambda.mjs";

const [folder, file] = process.argv.slice(2);
const OTHERS = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding", "x-request-id", "x-trace-id"]);

// TypeScript, with decorators and their metadata.
const require = createRequire(path.resolve("x.js"));
const typescript = require("typescript");
Module._extensions[".ts"] = (module, name) => {
  const { ModuleKind, ScriptTarget } = typescript;
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true, experimentalDecorators: true, emitDecoratorMetadata: true };
  module._compile(typescript.transpileModule(fs.readFileSync(name, "utf8"), { compilerOptions }).outputText, name);
};

// Whatever port a program asks for, it gets a free one.
let server;
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...options) {
  if (this instanceof http.Server) server = this;
  const callback = options.findLast((option) => typeof option === "function");
  return listen.call(this, 0, "127.0.0.1", callback);
};

async function load() {
  const entry = ["index.js", "index.mjs", "index.ts", "handler.js"].map((file) => path.resolve(folder, file)).find((name) => fs.existsSync(name));
  process.chdir(folder);
  if (!entry.endsWith(".mjs")) {
    const exports = require(entry);
    return exports.default ?? exports;
  }
  const exports = await import(pathToFileURL(entry));
  return exports.default ?? exports;
}

async function ask(handler, asked) {
  const { method, headers, body } = asked;
  if (isLambda) return askLambda(handler.handler, folder, told("event") ?? "function-url", asked);
  if (server === undefined) {
    const result = await handler(new Request(`http://127.0.0.1${asked.path}`, { method, headers, body }));
    const response = result instanceof Response ? result : typeof result === "string" ? new Response(result) : Response.json(result);
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  }
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  return new Promise((resolve, reject) => {
    const request = http.request({ port: server.address().port, host: "127.0.0.1", path: asked.path, method, headers: body === undefined ? headers : { "content-length": Buffer.byteLength(body), ...headers } }, async (response) => {
      const bytes = Buffer.concat(await response.toArray());
      const text = String(response.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes);
      const given = {};
      for (const [name, values] of Object.entries(response.headersDistinct)) given[name] = values.length === 1 ? values[0] : values;
      resolve({ status: response.statusCode, headers: given, text });
    });
    request.on("error", reject).end(body);
  });
}

/** JSON that is no text as a value, if its text is that of the value. */
function valueOf(text) {
  try {
    const value = JSON.parse(text);
    return typeof value !== "string" && JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}

/** The word that function.toml has for `key`. */
function told(key) {
  const file = path.resolve("function.toml");
  return fs.existsSync(file) ? new RegExp(`^${key} = "(.*)"$`, "m").exec(fs.readFileSync(file, "utf8"))?.[1] : undefined;
}

const exchanges = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : [{ request: { path: "/" } }];
const handler = await load();
const dialect = told("dialect");
const isLambda = typeof handler.handler === "function";
if (dialect !== undefined && !isLambda) {
  const name = told("handler")?.split(".").at(-1);
  peerOf(dialect, typeof handler === "function" ? handler : handler[name], name).listen();
} else if (typeof handler.app === "function") {
  http.createServer(handler.app).listen();
}
// A server may be there only after its program had some turns.
for (let turn = 0; server === undefined && typeof handler !== "function" && !isLambda && turn < 1000; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
for (const exchange of exchanges) {
  exchange.request = { method: "GET", headers: {}, ...exchange.request };
  const { status, headers, text } = await ask(handler, exchange.request);
  const kept = Object.entries(headers).filter(([name]) => !OTHERS.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  let body = text;
  if (String(headers["content-type"]).includes("json")) body = valueOf(text);
  // Where Skep has a fault, only the status is node's.
  exchange.answer = exchange.fault === undefined ? { status, headers: Object.fromEntries(kept), body } : { status, headers: {}, body: "" };
}
fs.writeFileSync(file, `${JSON.stringify(exchanges, null, 2)}\n`);
process.exit(0);
