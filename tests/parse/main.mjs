// The clients of Parse Server against a running Skep that serves functions/: node main.mjs URL-OF-THE-MOUNT [no-jobs]. It starts nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { check, finish } from "./check.mjs";
import { checkClient } from "./clients.mjs";
import { expectedOf } from "./differences.mjs";
import { checkEndings } from "./endings.mjs";
import { ask, requests } from "./requests.mjs";

const url = process.argv[2];
const hasJobs = process.argv[3] !== "no-jobs";
if (url === undefined) throw new Error("usage: node main.mjs URL-OF-THE-MOUNT [no-jobs]");

// Younger releases of V8 say the line and the column as well.
const withoutPlace = (answer) => ({ ...answer, body: answer.body.replace(/ \(line \d+ column \d+\)/, "") });

const answers = JSON.parse(readFileSync(new URL("answers.json", import.meta.url), "utf8"));
for (const [name, request] of Object.entries(requests)) {
  await check(`request ${name}`, async () => assert.deepEqual(withoutPlace(await ask(url, request)), expectedOf(name, answers[name])));
}
await checkEndings(url);
for (const name of ["parse8", "parse6", "parse3"]) await checkClient(name, url, hasJobs);
finish();
