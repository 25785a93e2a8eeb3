// Intl: lists of locales, and copies of strings outside the heap.
//
// A function calls these guards; api/globals.js installs them. They read a list of locales before Intl does: Intl's loop over a list with
// `length: 2 ** 53 - 1` never checks for termination. The built-in gets a new object of that length, which no function can change.
//
// `Segments` keep a copy of their string where no limit sees it: each gets a companion buffer of that size, which lives as long and counts.
//
// Invariant: no list of more than LOCALES_MAX reaches V8, and every long string that `Segments` keep counts against `memory_mb`.

import { primordials } from "ext:core/mod.js";
import { descriptorOf, disguise, install, nativeText, refuse } from "ext:skep/guards/core.js";

const {
  ArrayBuffer,
  BigIntPrototype,
  DatePrototype,
  NumberPrototype,
  Object,
  ObjectDefineProperty,
  Proxy,
  ReflectApply,
  ReflectConstruct,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  ReflectGetPrototypeOf,
  ReflectHas,
  SafeWeakMap,
  StringPrototype,
  SymbolIterator,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
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

/** The reading part of https://tc39.es/ecma402/#sec-canonicalizelocalelist. */
function listOf(locales) {
  if (locales === undefined || locales === null || typeof locales === "string" || isLocale(locales)) return locales;
  const O = Object(locales);
  const length = +O.length;
  if (length > LOCALES_MAX) refuse("locales", `a list of locales has at most ${LOCALES_MAX}`);
  const list = { __proto__: null, length: 0 };
  for (let k = 0; k < length; k++) {
    if (!ReflectHas(O, k)) continue;
    const value = O[k];
    // V8 rejects an element that is neither a string nor an object.
    list[list.length++] = typeof value === "object" && value !== null && !isLocale(value) ? `${value}` : value;
  }
  return list;
}

/** Replaces methods whose argument number `at` is a list of locales. */
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

/** Characters of a string whose copy is not worth counting. */
const LIGHT = 1024;
const companions = new SafeWeakMap();

function guardSegments() {
  const { prototype } = Intl.Segmenter;
  const { segment } = prototype;
  const holder = ReflectGetPrototypeOf(new Intl.Segmenter("en").segment(""));
  const iterate = holder[SymbolIterator];
  install(prototype, {
    __proto__: null,
    segment(text) {
      if (typeof text !== "string") ReflectApply(segment, this, [""]); // Throws if it is not a segmenter, before the conversion to a string.
      const whole = `${text}`;
      const segments = ReflectApply(segment, this, [whole]);
      if (whole.length > LIGHT) WeakMapPrototypeSet(companions, segments, new ArrayBuffer(2 * whole.length));
      return segments;
    },
  });
  const guarded = {
    [SymbolIterator]() {
      const iterator = ReflectApply(iterate, this, []);
      const companion = WeakMapPrototypeGet(companions, this);
      if (companion !== undefined) WeakMapPrototypeSet(companions, iterator, companion);
      return iterator;
    },
  };
  disguise(guarded[SymbolIterator], iterate);
  const property = descriptorOf(holder, SymbolIterator);
  property.value = guarded[SymbolIterator];
  ObjectDefineProperty(holder, SymbolIterator, property);
}

/** Replaces the methods and constructors by the guards. */
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
  ];
  for (let i = 0; i < constructors.length; i++) guardConstructor(constructors[i]);
  guardSegments();
  // It is in no standard, and it copies strings as well.
  ReflectDeleteProperty(Intl, "v8BreakIterator");
}
