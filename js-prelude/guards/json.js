// JSON.parse: V8's parser has no limit on the depth of a text, and keeps memory for each level that is counted nowhere.
//
// A function calls the guard, which api/globals.js installs; the `json()` of requests and responses calls `parseJson` (src/build.rs).
//
// Invariant: a text of up to SHORT characters goes to the built-in at once.

import { primordials } from "ext:core/mod.js";
import { op_skep_json_depth } from "ext:core/ops";
import { install, LENGTH_MAX, refuse } from "ext:skep/guards/core.js";

const { JSONParse } = primordials;

const SHORT = 2 ** 16;
/** Arrays and objects in each other in a JSON text. Short texts cannot have as many. */
const DEPTH_MAX = 100_000;

function admit(text) {
  if (text.length > LENGTH_MAX) refuse("JSON.parse", `the text is too long for JSON.parse: ${text.length} characters, at most ${LENGTH_MAX}`);
  if (text.length <= DEPTH_MAX) return;
  const depth = op_skep_json_depth(text);
  if (depth > DEPTH_MAX) refuse("JSON.parse", `the JSON text nests too deep: ${depth} levels, at most ${DEPTH_MAX}`);
}

/** For `json()` of a request or response: deno_fetch has the built-in, and calls this instead (src/build.rs). */
export function parseJson(text) {
  admit(text);
  return JSONParse(text);
}

/** Replaces the method by the guard. */
export function installJsonGuard() {
  install(JSON, {
    __proto__: null,
    parse(text, reviver) {
      if (typeof text === "string" && text.length <= SHORT) return reviver === undefined ? JSONParse(text) : JSONParse(text, reviver);
      const whole = `${text}`;
      admit(whole);
      return JSONParse(whole, reviver);
    },
  });
}
