// The browser builds of the SDKs in a browser: a page of one origin that calls the mount at another.
//
// main.mjs calls it. Serves page.mjs on a free port, opens it in Chromium without a window, and waits for the results that the page posts.
//
// Invariant: the browser ends with this program, however that ends: it reads from a pipe of this program.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { check } from "./check.mjs";

const require = createRequire(import.meta.url);

/** How long a page may take, on a machine that does other things too. */
const HANG_MS = 20_000;

const PAGE = '<!doctype html><meta charset="utf-8"><script src="/parse.min.js"></script><script type="module" src="/page.mjs"></script>';

/** A server of the page. `results` is a promise of what the page posts. */
async function servePage(name, url) {
  const files = {
    "/": ["text/html", PAGE],
    "/settings": ["application/json", JSON.stringify({ name, url })],
    "/page.mjs": ["text/javascript", readFileSync(new URL("page.mjs", import.meta.url))],
    "/parse.min.js": ["text/javascript", readFileSync(require.resolve(`${name}/dist/parse.min.js`))],
  };
  let settle;
  const results = new Promise((resolve) => settle = resolve);
  const server = http.createServer(async (request, response) => {
    if (request.url === "/results") {
      settle(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      response.end();
    } else if (files[request.url] === undefined) {
      response.writeHead(404).end();
    } else {
      const [type, content] = files[request.url];
      response.writeHead(200, { "content-type": type }).end(content);
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, results, origin: `http://127.0.0.1:${server.address().port}` };
}

/** Starts the browser. `said` is what it printed; `ended` a promise of its end. */
function openPage(address, profile) {
  // A container gives no sandbox, and the page is ours.
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe", `--user-data-dir=${profile}`];
  const browser = spawn(process.env.BROWSER ?? "chromium-headless-shell", [...options, address], { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
  let said = "";
  // A browser that ended needs no word.
  for (const pipe of [3, 4]) browser.stdio[pipe]?.on("error", () => {});
  browser.stderr.on("data", (bytes) => said = (said + bytes).slice(-4_000));
  const ended = new Promise((resolve) => {
    browser.on("error", (error) => resolve(error.message));
    browser.on("exit", (code, signal) => resolve(`the browser ended: ${code ?? signal}`));
  });
  return { browser, ended, said: () => said };
}

/** Ends the browser by the end of its pipe, so that it ends its own processes. */
async function close(browser, ended) {
  const late = setTimeout(() => browser.kill("SIGKILL"), HANG_MS);
  browser.stdio[3]?.end();
  await ended;
  clearTimeout(late);
  // A process of its own that is slower may still hold them.
  for (const stream of browser.stdio) stream?.destroy();
}

/** What the page tells, or why it does not. */
async function resultsOf(results, ended, said) {
  let timer;
  const late = new Promise((resolve) => timer = setTimeout(resolve, HANG_MS, "the page tells no results"));
  const told = await Promise.race([results, ended, late]);
  clearTimeout(timer);
  if (!Array.isArray(told)) throw new Error(`${told}\n${said()}`);
  return told;
}

/** Checks the browser build of one SDK. `name` is its name in package.json. */
export async function checkBrowser(name, url) {
  const profile = mkdtempSync(path.join(tmpdir(), "skep-browser-"));
  const { server, results, origin } = await servePage(name, url);
  const { browser, ended, said } = openPage(`${origin}/`, profile);
  let told = [];
  await check(`${name} in a browser`, async () => told = await resultsOf(results, ended, said));
  for (const { what, error } of told) {
    await check(`${name} in a browser, ${what}`, () => {
      if (error !== null) throw new Error(error);
    });
  }
  await close(browser, ended);
  server.close();
  server.closeAllConnections();
  rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
}
