// The methods of String.prototype that run without end or abort the process on long strings.
//
// A function calls these guards; api/globals.js installs them. A search costs at worst the product of the lengths of string and pattern.
// Where that could be seconds, the guard searches window by window in a loop that V8 can interrupt; a guard that cannot divide the work
// refuses it above a size that no request needs.
//
// Invariant: a string of up to SHORT characters goes to the built-in at once.

import { core, primordials } from "ext:core/mod.js";
import { install, LENGTH_MAX, refuse } from "ext:skep/guards/core.js";
import { lengthOf, toInteger } from "ext:skep/guards/array/search.js";
import { arrayCreate, assign } from "ext:skep/guards/array/make.js";

const {
  MathMax, MathMin, MathFloor, Object, ReflectApply, String, StringPrototype, StringPrototypeIncludes,
  StringPrototypeIndexOf, StringPrototypeLastIndexOf, StringPrototypeLocaleCompare, StringPrototypeMatch,
  StringPrototypeNormalize, StringPrototypeReplace, StringPrototypeReplaceAll, StringPrototypeSlice,
  StringPrototypeSplit, StringRaw, SymbolMatch, SymbolSplit, TypeError,
} = primordials;

const SHORT = 2 ** 16;
/** An imported name is a box to the optimizing compiler, which it reads each time. */
const LONG = LENGTH_MAX;
/** Comparisons that a search may need at most before the guard divides it: well below a second. */
const WORK_MAX = 2 ** 29;
/** Characters that ICU may get at once. */
const COLLATED_MAX = 2 ** 24;

function isShort(value) {
  return typeof value === "string" && value.length <= SHORT;
}

function nothing(value) {
  return value === undefined || value === null;
}

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** How many positions the built-in may search at once. */
function windowOf(pattern) {
  return MathMax(MathFloor(WORK_MAX / MathMax(pattern.length, 1)), 1);
}

function search(text, pattern, start) {
  if (text.length * pattern.length <= WORK_MAX) return StringPrototypeIndexOf(text, pattern, start);
  const step = windowOf(pattern);
  for (let k = start; k <= text.length - pattern.length; k += step) {
    const found = StringPrototypeIndexOf(StringPrototypeSlice(text, k, k + step - 1 + pattern.length), pattern);
    if (found !== -1) return k + found;
  }
  return -1;
}

function searchBack(text, pattern, start) {
  if (text.length * pattern.length <= WORK_MAX) return StringPrototypeLastIndexOf(text, pattern, start);
  const step = windowOf(pattern);
  for (let end = MathMin(start, text.length - pattern.length); end >= 0; end -= step) {
    const first = MathMax(end - step + 1, 0);
    const found = StringPrototypeLastIndexOf(StringPrototypeSlice(text, first, end + pattern.length), pattern);
    if (found !== -1) return first + found;
  }
  return -1;
}

function clamp(position, text) {
  return MathMin(MathMax(toInteger(position), 0), text.length);
}

/** https://tc39.es/ecma262/#sec-isregexp */
function isRegExp(value) {
  if (!isObject(value)) return false;
  const matcher = value[SymbolMatch];
  return matcher === undefined ? core.isRegExp(value) : !!matcher;
}

/** https://tc39.es/ecma262/#sec-getsubstitution for a pattern that is a string: no groups. */
function substitute(template, text, pattern, at) {
  let result = "";
  let from = 0;
  for (let dollar; (dollar = StringPrototypeIndexOf(template, "$", from)) !== -1; from = dollar + 2) {
    const next = template[dollar + 1];
    result += StringPrototypeSlice(template, from, dollar);
    if (next === "$") result += "$";
    else if (next === "&") result += pattern;
    else if (next === "`") result += StringPrototypeSlice(text, 0, at);
    else if (next === "'") result += StringPrototypeSlice(text, at + pattern.length);
    else {
      result += "$";
      dollar--;
    }
  }
  return result + StringPrototypeSlice(template, from);
}

/** Replaces the first `most` occurrences of `pattern`. */
function replaceText(text, pattern, replacement, most) {
  const isFunction = typeof replacement === "function";
  const template = isFunction ? "" : `${replacement}`;
  const isPlain = StringPrototypeIndexOf(template, "$") === -1;
  // The specification finds all positions first, then calls.
  const places = [];
  const advance = MathMax(pattern.length, 1);
  for (let at = search(text, pattern, 0); at !== -1 && places.length < most;) {
    assign(places, places.length, at);
    at = at + advance > text.length ? -1 : search(text, pattern, at + advance);
  }
  let result = "";
  let end = 0;
  for (let i = 0; i < places.length; i++) {
    const at = places[i];
    result += StringPrototypeSlice(text, end, at);
    if (isFunction) result += `${ReflectApply(replacement, undefined, [pattern, at, text])}`;
    else result += isPlain ? template : substitute(template, text, pattern, at);
    end = at + pattern.length;
  }
  return result + StringPrototypeSlice(text, end);
}

function splitLong(self, separator, limit) {
  if (typeof self === "string" && self.length > LONG) tooLong("split");
  if (!nothing(separator)) {
    const splitter = separator[SymbolSplit];
    if (!nothing(splitter)) return ReflectApply(splitter, separator, [self, limit]);
  }
  const text = `${self}`;
  if (text.length > LONG) tooLong("split");
  const most = limit === undefined ? 2 ** 32 - 1 : limit >>> 0;
  if (separator === undefined) return most === 0 ? [] : [text];
  const pattern = `${separator}`;
  if (text.length * pattern.length <= WORK_MAX) return StringPrototypeSplit(text, pattern, most);
  const parts = arrayCreate(0);
  let end = 0;
  for (let at = search(text, pattern, 0); at !== -1 && parts.length < most; at = search(text, pattern, end)) {
    assign(parts, parts.length, StringPrototypeSlice(text, end, at));
    end = at + pattern.length;
  }
  if (parts.length < most) assign(parts, parts.length, StringPrototypeSlice(text, end));
  return parts;
}

function tooLong(what, most = LONG) {
  refuse(`string ${what}`, `the text is too long for ${what}: at most ${most} characters`);
}

const METHODS = {
  __proto__: null,
  includes(pattern, position) {
    if (isShort(this) || nothing(this)) return position === undefined ? StringPrototypeIncludes(this, pattern) : StringPrototypeIncludes(this, pattern, position);
    const text = `${this}`;
    if (isRegExp(pattern)) throw new TypeError("First argument to String.prototype.includes must not be a regular expression");
    const sought = `${pattern}`;
    return search(text, sought, clamp(position, text)) !== -1;
  },
  indexOf(pattern, position) {
    if (isShort(this) || nothing(this)) return position === undefined ? StringPrototypeIndexOf(this, pattern) : StringPrototypeIndexOf(this, pattern, position);
    const text = `${this}`;
    const sought = `${pattern}`;
    return search(text, sought, clamp(position, text));
  },
  lastIndexOf(pattern, position) {
    if (isShort(this) || nothing(this)) return StringPrototypeLastIndexOf(this, pattern, position);
    const text = `${this}`;
    const sought = `${pattern}`;
    const number = +position;
    return searchBack(text, sought, number !== number ? text.length : clamp(number, text));
  },
  localeCompare(that, locales, options) {
    if ((isShort(this) && isShort(that)) || nothing(this)) return StringPrototypeLocaleCompare(this, that, locales, options);
    const text = `${this}`;
    const other = `${that}`;
    if (text.length > COLLATED_MAX || other.length > COLLATED_MAX) tooLong("localeCompare", COLLATED_MAX);
    return StringPrototypeLocaleCompare(text, other, locales, options);
  },
  normalize(form) {
    if (isShort(this) || nothing(this)) return StringPrototypeNormalize(this, form);
    const text = `${this}`;
    if (text.length > COLLATED_MAX) tooLong("normalize", COLLATED_MAX);
    return StringPrototypeNormalize(text, form);
  },
  // The array of matches may be as large as one of all characters.
  match(pattern) {
    if (typeof this === "string" && this.length > LONG) tooLong("match");
    return StringPrototypeMatch(this, pattern);
  },
  replace(pattern, replacement) {
    if (isShort(this) || typeof this !== "string") return StringPrototypeReplace(this, pattern, replacement);
    // Most objects have a `Symbol.replace` method of their own; for the few others the next level of containment is enough.
    if (isObject(pattern)) {
      if (this.length > LONG) tooLong("replace");
      return StringPrototypeReplace(this, pattern, replacement);
    }
    const sought = `${pattern}`;
    return this.length * sought.length <= WORK_MAX ? StringPrototypeReplace(this, sought, replacement) : replaceText(this, sought, replacement, 1);
  },
  replaceAll(pattern, replacement) {
    if (isShort(this) || typeof this !== "string") return StringPrototypeReplaceAll(this, pattern, replacement);
    if (this.length > LONG) tooLong("replaceAll");
    if (isObject(pattern)) return StringPrototypeReplaceAll(this, pattern, replacement);
    return replaceText(this, `${pattern}`, replacement, LONG + 1);
  },
  split(separator, limit) {
    if (isShort(this) || nothing(this)) return limit === undefined ? StringPrototypeSplit(this, separator) : StringPrototypeSplit(this, separator, limit);
    return splitLong(this, separator, limit);
  },
};

/** Replaces the methods by the guards. */
export function installTextGuards() {
  install(StringPrototype, METHODS);
  install(String, {
    __proto__: null,
    // https://tc39.es/ecma262/#sec-string.raw
    raw(template, ...substitutions) {
      const raw = nothing(template) ? template : template.raw;
      if (nothing(raw)) return StringRaw({ __proto__: null, raw }); // throws
      const literals = Object(raw);
      const length = lengthOf(literals);
      let result = "";
      for (let k = 0; k < length; k++) {
        result += `${literals[k]}`;
        if (k + 1 < length && k < substitutions.length) result += `${substitutions[k]}`;
      }
      return result;
    },
  });
}
