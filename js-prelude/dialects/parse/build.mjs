// Bundles npm parse (its build for Node) into sdk.js, the one script that a Parse function loads.
//
//   node build.mjs FOLDER            writes sdk.js and LICENSE into it
//   node build.mjs FOLDER --check    fails if those of the folder are not what this script would write
//
// It runs in a copy of this folder, beside the node_modules of `npm ci --ignore-scripts`: the prelude's own folder holds the host's scripts alone.
//
// The network, the storage, the sockets and the ciphers of the package stay out: rest.js of this folder does its requests, and a function keeps
// nothing on a disk. What is left needs no built-in of Node.
//
// Invariant: the bytes depend on package-lock.json and this file alone: no path, no date, no name of a machine.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node build.mjs FOLDER [--check]");
const isCheck = process.argv.includes("--check");
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { version } = JSON.parse(readFileSync(here("node_modules/parse/package.json"), "utf8"));

/** What stands in for files of the package. Each is a CommonJS module, as theirs are. */
const REPLACED = {
  // Set by parse/global.js, which knows the host.
  RESTController: "exports.default = { request() { throw new Error('no network') }, ajax() { throw new Error('no network') } };",
  CryptoController: `
    const refuse = () => { throw new Error("encrypted users are not supported: a function keeps no user"); };
    exports.default = { encrypt: refuse, decrypt: refuse };`,
  // The methods that the SDK's own emitters use.
  EventEmitter: `
    exports.default = class EventEmitter {
      #listeners = new Map();
      on(name, listener) {
        const list = this.#listeners.get(name);
        if (list === undefined) this.#listeners.set(name, [listener]);
        else list.push(listener);
        return this;
      }
      off(name, listener) {
        const list = this.#listeners.get(name) ?? [];
        this.#listeners.set(name, list.filter((one) => one !== listener));
        return this;
      }
      emit(name, ...values) {
        const list = this.#listeners.get(name) ?? [];
        for (const listener of list) listener.apply(this, values);
        return list.length > 0;
      }
    };`,
  // The global is asked for at its first use: it is made lazily.
  uuid: "exports.default = () => crypto.randomUUID();",
  WebSocketController: "exports.default = undefined;",
  IndexedDBStorageController: "exports.default = undefined;",
  StorageController: 'exports.default = require("./StorageController.default").default;',
  LocalDatastoreController: 'exports.default = require("./LocalDatastoreController.default").default;',
};

/** What ParseFile.js finds in a browser: the one reader of Blobs that it uses. */
const FILE_READER = `
  class FileReader {
    readAsDataURL(file) {
      file.arrayBuffer().then((bytes) => {
        this.result = "data:" + file.type + ";base64," + ParseFile.encodeBase64(new Uint8Array(bytes));
        this.onload();
      }, (error) => this.onerror(error));
    }
  }`;

/** In the place of node:stream: a stream of Node becomes one of the web by its iterator. */
const STREAM = "exports.Readable = { toWeb: (stream) => ReadableStream.from(stream) };";

/** A function is a server: no user is the current one, and two objects of one id are not the same. */
const IS_NODE = /IS_NODE: typeof process [^\n]*\n/;

const replacing = {
  name: "replacing",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^stream$/ }, () => ({ path: "stream", namespace: "replaced" }));
    onLoad({ filter: /^stream$/, namespace: "replaced" }, () => ({ contents: STREAM }));
    onLoad({ filter: /[\\/]lib[\\/]node[\\/]\w+\.js$/ }, ({ path }) => {
      const name = /(\w+)\.js$/.exec(path)[1];
      if (Object.hasOwn(REPLACED, name)) return { contents: `"use strict"; exports.__esModule = true; ${REPLACED[name]}` };
      const text = readFileSync(path, "utf8");
      if (name === "ParseFile") return { contents: text + FILE_READER };
      if (name !== "CoreManager") return undefined;
      if (!IS_NODE.test(text)) throw new Error("CoreManager.js of parse has no IS_NODE");
      return { contents: text.replace(IS_NODE, "IS_NODE: true,\n").replace("'https://api.parse.com/1'", "null") };
    });
  },
};

const HEAD = `// npm parse ${version}, bundled by build.mjs of this folder: the SDK of the Parse dialect. Apache License 2.0, see LICENSE. Not to be edited.
//
// parse/global.js loads it when a Parse function first touches the global.
//
// Invariant: it opens nothing and keeps nothing: its requests are those of parse/rest.js.

`;

const { outputFiles } = await build({
  stdin: { contents: 'module.exports = require("parse/lib/node/Parse.js").default;', resolveDir: here("."), loader: "js" },
  absWorkingDir: here("."),
  bundle: true,
  write: false,
  format: "iife",
  globalName: "Sdk",
  platform: "neutral",
  mainFields: ["main"],
  target: "esnext",
  charset: "ascii",
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: false,
  keepNames: false,
  legalComments: "none",
  logLevel: "warning",
  plugins: [replacing],
});
// esbuild names each module by its path.
const bundled = outputFiles[0].text.trim().replaceAll('"node_modules/parse/lib/node/', '"parse/').replaceAll('"replaced:', '"');
const script = `${HEAD}(function(){"use strict";${bundled}return Sdk})();\n`;
if (!/^[\t\n\x20-\x7e]*$/.test(script)) throw new Error("sdk.js is not ASCII");
if (/node_modules|\brequire\(/.test(script.slice(HEAD.length))) throw new Error("sdk.js names a path or requires a module");

const made = { "sdk.js": script, LICENSE: `${readFileSync(here("node_modules/parse/LICENSE"), "utf8").trimEnd()}\n\n${readFileSync(here("node_modules/parse/NOTICE"), "utf8").trimEnd()}\n` };
for (const [name, text] of Object.entries(made)) {
  const path = join(folder, name);
  if (!isCheck) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) throw new Error(`${name} is not what build.mjs makes`);
}
console.log(`parse ${version}: ${script.length} bytes`);
