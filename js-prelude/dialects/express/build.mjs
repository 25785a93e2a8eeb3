// Builds bundle.js, ../firebase/bundle.js and LICENSES from the packages that package-lock.json names.
//
//   node build.mjs           writes them
//   node build.mjs --check   builds them again and fails if a byte differs
//
// The packages are installed into target/ by `npm ci`, without running scripts of theirs. esbuild makes one script of them, which the prelude
// loads late: a function that returns its exports and gets Node's built-ins from `internals.nodeBuiltIn`.
//
// Invariant: the same lock file gives the same bytes, all of them ASCII.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const installed = join(here, "../../../target/express-bundle");
const modules = join(installed, "node_modules");
const shim = (name) => join(here, "shims", name);

/** What takes the place of a package, or of a file of one. */
const REPLACED = {
  "cookie": join(modules, "cookie/index.js"),
  "debug": shim("debug.cjs"),
  "depd": shim("depd.cjs"),
  "iconv-lite": shim("iconv.cjs"),
  "mime-types": shim("mime_types.cjs"),
  "qs": shim("qs.cjs"),
  "qs-formats": join(modules, "qs/lib/formats.js"),
  "qs-parse": join(modules, "qs/lib/parse.js"),
  "raw-body": shim("raw_body.cjs"),
  "raw-body-of-streams": join(modules, "raw-body/index.js"),
  "side-channel": shim("side_channel.cjs"),
};

/** What is left out of Express, as exports of shims/absent.cjs. */
const ABSENT = { "./view": "View", "router": "Router", "send": "send", "serve-static": "files" };

/** Built-ins that load at their first use, as exports of shims/late.cjs. */
const LATE = { "crypto": "crypto", "fs": "fs", "node:crypto": "crypto", "node:zlib": "zlib" };

/** Texts of files that read otherwise here: the file, the text, what takes its place, and why. */
const CHANGED = [
  // A function that throws is a fault of the host, which tells more than `Internal Server Error`.
  ["firebase-functions/lib/common/providers/https.js", "return async (req, res) => {\n\t\ttry {\n\t\t\tawait handler(req, res);", "return handler;\n\treturn async (req, res) => {\n\t\ttry {\n\t\t\tawait handler(req, res);"],
  // `[firebase] ignore_auth`.
  ["firebase-functions/lib/common/providers/https.js", 'req.header("Authorization")', 'require("skep-firebase").authorizationOf(req)'],
];

const plugin = {
  name: "skep",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point") return undefined;
      const isLate = importer.endsWith("late.cjs");
      if (path in LATE && !isLate) return { path: LATE[path], namespace: "late" };
      if (path in ABSENT) return { path: ABSENT[path], namespace: "absent" };
      if (path === "mime-table") return { path, namespace: "table" };
      if (path in REPLACED) return { path: REPLACED[path] };
      if (path === "skep-firebase") return { path: join(here, "../firebase/settings.cjs") };
      if (path.startsWith("firebase-admin/")) return { path: join(here, "../firebase/admin.cjs") };
      // Files of the package that it does not export.
      if (path.startsWith("firebase-functions/lib/")) return { path: join(modules, path) };
      return undefined;
    });
    const exportOf = (file) => ({ path }) => ({ contents: `module.exports = require(${JSON.stringify(file)}).${path};`, resolveDir: here });
    build.onLoad({ filter: /.*/, namespace: "late" }, exportOf("./shims/late.cjs"));
    build.onLoad({ filter: /.*/, namespace: "absent" }, exportOf("./shims/absent.cjs"));
    build.onLoad({ filter: /.*/, namespace: "table" }, () => ({ contents: JSON.stringify(mimeTable()), loader: "json" }));
    build.onLoad({ filter: /\.js$/, namespace: "file" }, ({ path }) => {
      const name = relative(modules, path);
      const changes = CHANGED.filter(([file]) => file === name);
      if (changes.length === 0) return undefined;
      let contents = readFileSync(path, "utf8");
      for (const [, text, instead] of changes) {
        if (contents.split(text).length !== 2) throw new Error(`${name} does not have ${JSON.stringify(text)} once`);
        contents = contents.replace(text, () => instead);
      }
      return { contents };
    });
  },
};

/** What shims/mime_types.cjs searches: mime-types has decided which of several types an extension has. */
function mimeTable() {
  const installedRequire = createRequire(join(installed, "package.json"));
  const { types } = installedRequire("mime-types");
  const charsets = Object.entries(installedRequire("mime-db")).flatMap(([type, { charset }]) => (charset === undefined ? [] : [[type, charset]]));
  const extensions = new Map();
  for (const extension of Object.keys(types).sort()) extensions.set(types[extension], [...(extensions.get(types[extension]) ?? []), extension]);
  const lines = [...extensions].sort(([one], [other]) => (one < other ? -1 : 1)).map(([type, all]) => `${type} ${all.join(" ")} \n`);
  return { charsets: Object.fromEntries(charsets.sort(([one], [other]) => (one < other ? -1 : 1))), types: lines.join("") };
}

/** What stands around the bundle, so that it is a script of the prelude. */
function scriptOf(bundled, about) {
  const text = `// ${about}
//
// Made by js-prelude/dialects/express/build.mjs from the packages in package-lock.json beside it, whose licences are in LICENSES. Not written by hand.
//
// Invariant: it knows nothing of the host but Node's built-in modules.

(function () {
const { internals } = __bootstrap;
const require = (name) => internals.nodeBuiltIn(name.startsWith("node:") ? name.slice(5) : name);
const { Buffer } = require("buffer");
const process = require("process");
${bundled.trimEnd()}
return exports;
})();
`;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 126) throw new Error(`not ASCII at ${i}`);
  return text;
}

async function build(entry, about) {
  const { build: bundle } = createRequire(join(installed, "package.json"))("esbuild");
  const { metafile, outputFiles: [file] } = await bundle({
    absWorkingDir: here,
    bundle: true,
    charset: "ascii",
    entryPoints: [entry],
    format: "iife",
    globalName: "exports",
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: true,
    nodePaths: [modules],
    platform: "node",
    plugins: [plugin],
    target: "es2022",
    write: false,
  });
  return { script: scriptOf(file.text, about), inputs: Object.keys(metafile.inputs) };
}

/** The licence of each package that a file comes from. */
function licencesOf(inputs) {
  // The table comes from packages of which no file is bundled.
  const packages = new Set(["mime-db", "mime-types"].concat(inputs.flatMap((input) => input.split("node_modules/").length > 1 ? [packageOf(input)] : [])));
  const texts = [...packages].sort().map((folder) => {
    const { license, name, version } = JSON.parse(readFileSync(join(modules, folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "license", "LICENCE", "LICENSE.txt"].map((each) => join(modules, folder, each)).find(existsSync);
    const text = file === undefined ? "" : `\n${readFileSync(file, "utf8").replace(/\r/g, "").trim()}\n`;
    return `${name} ${version}: ${license}\n${text}`;
  });
  return `The packages in bundle.js and ../firebase/bundle.js, and their licences.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

/** `express/node_modules/cookie` or `express`: where the file's package lies. */
function packageOf(input) {
  const inside = input.slice(input.indexOf("node_modules/") + "node_modules/".length);
  const at = inside.lastIndexOf("node_modules/");
  const [outer, last] = at === -1 ? ["", inside] : [inside.slice(0, at + "node_modules/".length), inside.slice(at + "node_modules/".length)];
  return outer + last.split("/").slice(0, last.startsWith("@") ? 2 : 1).join("/");
}

function install() {
  mkdirSync(installed, { recursive: true });
  const lock = join(installed, "package-lock.json");
  const isThere = existsSync(modules) && existsSync(lock) && readFileSync(lock, "utf8") === readFileSync(join(here, "package-lock.json"), "utf8");
  if (isThere) return;
  for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(here, file), join(installed, file));
  execFileSync("npm", ["ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"], { cwd: installed, stdio: ["ignore", "ignore", "inherit"] });
}

install();
const express = await build("entry.cjs", "Express: its requests and responses, and the parsers of bodies.");
const firebase = await build("../firebase/entry.cjs", "The package firebase-functions, as far as HTTPS goes.");
const files = {
  "bundle.js": express.script,
  "../firebase/bundle.js": firebase.script,
  LICENSES: licencesOf([...express.inputs, ...firebase.inputs]),
};
let isStale = false;
for (const [name, text] of Object.entries(files)) {
  const path = join(here, name);
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    console.error(`${name} is not what build.mjs makes: run node js-prelude/dialects/express/build.mjs`);
    isStale = true;
  }
}
process.exit(isStale ? 1 : 0);
