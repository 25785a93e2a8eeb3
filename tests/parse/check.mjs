// Counts what was checked, and says what was not as it should be.

import assert from "node:assert/strict";

let checked = 0;
const wrong = [];

/** Runs one check. What it throws is kept. */
export async function check(name, run) {
  checked++;
  try {
    await run();
  } catch (error) {
    wrong.push(`${name}: ${error.message}`);
  }
}

/** What a promise rejects with. */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

/** Prints the result, and ends with 1 if something is wrong. */
export function finish() {
  for (const line of wrong) console.log(line);
  console.log(`${checked - wrong.length} of ${checked} checks`);
  if (wrong.length > 0) process.exitCode = 1;
}
