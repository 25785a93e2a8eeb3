// Lists of locales, read here before Intl reads them: its loop over `{ length: 2 ** 53 - 1 }` never looks whether it should stop.
//
// Every function that takes one gets an object of its own, as long as it says it is, that no code of a function's can change.
//
// Invariant: no list of more than LOCALES_MAX reaches the engine.

import { primordials } from "ext:core/mod.js";
import { install, nativeText, refuse } from "ext:skep/20_guard_core.js";

const {
  BigIntPrototype,
  DatePrototype,
  NumberPrototype,
  Object,
  ObjectDefineProperty,
  Proxy,
  ReflectApply,
  ReflectConstruct,
  ReflectGetOwnPropertyDescriptor,
  ReflectHas,
  StringPrototype,
} = primordials;
const { Locale } = Intl;

const LOCALES_MAX = 1000;

const textOfLocale = Locale.prototype.toString;

function isLocale(value) {
  try {
    ReflectApply(textOfLocale, value, []);
    return true;
  } catch {
    return false;
  }
}

/** https://tc39.es/ecma402/#sec-canonicalizelocalelist, without what it does with the texts. */
function listOf(locales) {
  if (locales === undefined || locales === null || typeof locales === "string" || isLocale(locales)) return locales;
  const O = Object(locales);
  const length = +O.length;
  if (length > LOCALES_MAX) refuse("locales", `a list of locales has at most ${LOCALES_MAX}`);
  const list = { __proto__: null, length: 0 };
  for (let k = 0; k < length; k++) {
    if (!ReflectHas(O, k)) continue;
    const value = O[k];
    // What is neither a text nor an object the engine refuses.
    list[list.length++] = typeof value === "object" && value !== null && !isLocale(value) ? `${value}` : value;
  }
  return list;
}

/** Replaces methods whose argument number `at` is a list. */
function guard(holder, names, at) {
  for (let i = 0; i < names.length; i++) {
    const native = ReflectGetOwnPropertyDescriptor(holder, names[i])?.value;
    if (native === undefined) continue;
    install(holder, {
      __proto__: null,
      [names[i]]: {
        method(...args) {
          if (args.length > at) args[at] = listOf(args[at]);
          return ReflectApply(native, this, args);
        },
      }.method,
    });
  }
}

function guardConstructor(name) {
  const property = ReflectGetOwnPropertyDescriptor(Intl, name);
  if (property === undefined) return;
  const native = property.value;
  const withList = (args) => {
    if (args.length > 0) args[0] = listOf(args[0]);
    return args;
  };
  const guarded = new Proxy(native, {
    __proto__: null,
    apply: (original, self, args) => ReflectApply(original, self, withList(args)),
    construct: (original, args, newTarget) => ReflectConstruct(original, withList(args), newTarget === guarded ? original : newTarget),
  });
  guard(native, ["supportedLocalesOf"], 0);
  ObjectDefineProperty(native.prototype, "constructor", { __proto__: null, value: guarded });
  property.value = nativeText(guarded, name);
  ObjectDefineProperty(Intl, name, property);
}

/** Puts the guards in place. */
export function installLocaleGuards() {
  guard(Intl, ["getCanonicalLocales"], 0);
  guard(StringPrototype, ["localeCompare"], 1);
  guard(StringPrototype, ["toLocaleLowerCase", "toLocaleUpperCase"], 0);
  guard(NumberPrototype, ["toLocaleString"], 0);
  guard(BigIntPrototype, ["toLocaleString"], 0);
  guard(DatePrototype, ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"], 0);
  const constructors = [
    "Collator",
    "DateTimeFormat",
    "DisplayNames",
    "DurationFormat",
    "ListFormat",
    "NumberFormat",
    "PluralRules",
    "RelativeTimeFormat",
    "Segmenter",
    "v8BreakIterator",
  ];
  for (let i = 0; i < constructors.length; i++) guardConstructor(constructors[i]);
}
