import { createRequire } from "node:module";
import { again, one, two } from "./lib.cjs";
import * as esm from "./esm.mjs";

const require = createRequire(import.meta.url);
const { fromCommonJs } = require("./user.cjs");

function codeOf(load) {
  try {
    return load();
  } catch (error) {
    return error.code;
  }
}

export default async () => ({
  names: [one, two, again],
  required: fromCommonJs.default,
  namespace: fromCommonJs.five,
  same: fromCommonJs.object === esm.object,
  made: require("./made.cjs"),
  json: require("./data.json").yes,
  wholeExport: require("./whole.mjs"),
  tla: codeOf(() => require("./tla.mjs")),
  dynamic: (await import("./lib.cjs")).one,
});
