// The clients of Parse Server against a running Skep that serves functions/: node main.mjs URL-OF-THE-MOUNT [SUITE…].
//
// Starts no Skep. Without an address it names the suites.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { checkBrowser } from "./browser.mjs";
import { check, finish } from "./check.mjs";
import { checkClient } from "./clients.mjs";
import { expectedOf } from "./differences.mjs";
import { checkEndings } from "./endings.mjs";
import { ask, requests } from "./requests.mjs";

// Younger releases of V8 say the line and the column as well.
const withoutPlace = (answer) => ({ ...answer, body: answer.body.replace(/ \(line \d+ column \d+\)/, "") });

async function checkRequests(url) {
  const answers = JSON.parse(readFileSync(new URL("answers.json", import.meta.url), "utf8"));
  for (const [name, request] of Object.entries(requests)) {
    await check(`request ${name}`, async () => assert.deepEqual(withoutPlace(await ask(url, request)), expectedOf(name, answers[name])));
  }
}

const SUITES = { requests: checkRequests, endings: checkEndings };
for (const name of ["parse8", "parse6", "parse3"]) {
  SUITES[name] = (url) => checkClient(name, url);
  SUITES[`${name}-browser`] = (url) => checkBrowser(name, url);
}

const [url, ...asked] = process.argv.slice(2);
if (url === undefined) {
  console.log(Object.keys(SUITES).join("\n"));
} else {
  for (const suite of asked.length > 0 ? asked : Object.keys(SUITES)) {
    if (SUITES[suite] === undefined) throw new Error(`no suite is called ${suite}: ${Object.keys(SUITES).join(", ")}`);
    await SUITES[suite](url);
  }
  finish();
}
