// Whether a handler can see an argument, by its text: what it cannot see is not made.
//
// The dialects of the web ask once for a handler.
//
// Invariant: in doubt it can. No function sees the difference, but by its time.

import { primordials } from "ext:core/mod.js";

const { FunctionPrototypeToString, RegExpPrototypeExec, RegExpPrototypeTest, StringPrototypeIncludes, StringPrototypeSplit, StringPrototypeTrim } = primordials;

/** A function whose parameters are names and nothing else, comments included; the group has them. */
const NAMES_ONLY = /^(?:async\b\s*)?(?:function\b\s*[\w$]*\s*|[\w$]+\s*)?\(([\w$\s,]*)\)/;
const ONE_NAME = /^(?:async\s+)?[\w$]+\s*=>/;

/** The second parameter of a handler of `deno serve`: `fetch(request, info)`. */
const TAKES_INFO = /^(?:async\b\s*)?(?:function\b\s*[\w$]*\s*|[\w$]+\s*)?\(\s*[\w$]+\s*,\s*(?:_*(?:info|conn|connInfo)\b|\{[^{}]*\bremoteAddr\b)/;

/** How many arguments a function can see; Infinity if its text does not say it. */
function seen(text) {
  if (StringPrototypeIncludes(text, "arguments") || StringPrototypeIncludes(text, "eval") || StringPrototypeIncludes(text, "[native code]")) return Infinity;
  if (RegExpPrototypeTest(ONE_NAME, text)) return 1;
  const names = RegExpPrototypeExec(NAMES_ONLY, text);
  if (names === null) return Infinity;
  return StringPrototypeTrim(names[1]) === "" ? 0 : StringPrototypeSplit(names[1], ",").length;
}

/** How many arguments `fn` can see. */
export const seenBy = (fn) => seen(FunctionPrototypeToString(fn));

/** Whether `fn` can see its argument number `index`, counted from 0. */
export function sees(fn, index) {
  return seenBy(fn) > index;
}

/** Whether a function is a class; `class(request) {}` is a method. */
export const isClass = (fn) => RegExpPrototypeTest(/^class[\s{]/, FunctionPrototypeToString(fn));

/** Whether the second argument of `fn` is what `Deno.serve` gives to its handler. */
export function takesInfo(fn) {
  return RegExpPrototypeTest(TAKES_INFO, FunctionPrototypeToString(fn));
}
