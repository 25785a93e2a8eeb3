// Array.from for everything but arrays: array-likes of any length, strings, and iterables.
//
// Called by guards/array/guard.js; the array goes to the function. https://tc39.es/ecma262/#sec-array.from
//
// Invariant: the iterator is read once, except for an iterator of the language itself, for which the built-in runs.

import { primordials } from "ext:core/mod.js";
import { LENGTH_MAX, refuse } from "ext:skep/guards/core.js";
import { lengthOf } from "ext:skep/guards/array/search.js";
import { arrayCreate, assign, define } from "ext:skep/guards/array/make.js";

const {
  Array,
  ArrayIterator,
  ArrayPrototypeForEach,
  FunctionPrototypeCall,
  MapPrototype,
  Object,
  Proxy,
  ReflectApply,
  ReflectGetPrototypeOf,
  SafeSet,
  SetPrototype,
  SetPrototypeHas,
  StringPrototype,
  SymbolIterator,
  TypedArray,
  TypeError,
} = primordials;

// An object can pretend to have one of these only by a getter, which then runs twice.
const BUILT_IN = new SafeSet();
for (const holder of [SetPrototype, MapPrototype, StringPrototype, TypedArray.prototype, ReflectGetPrototypeOf(ArrayIterator.prototype)]) {
  BUILT_IN.add(holder[SymbolIterator]);
}

export function arrayFrom(C, native, items, map, thisArg) {
  if (typeof items === "string" && items.length > LENGTH_MAX) {
    refuse("Array.from", `the text is too long for an array: at most ${LENGTH_MAX} characters`);
  }
  if (map !== undefined && typeof map !== "function") return ArrayPrototypeForEach([], map); // throws
  const iterator = items[SymbolIterator];
  if (iterator === undefined || iterator === null) return fromArrayLike(C, items, map, thisArg);
  if (SetPrototypeHas(BUILT_IN, iterator)) {
    return map === undefined ? ReflectApply(native, C, [items]) : ReflectApply(native, C, [items, map, thisArg]);
  }
  if (typeof iterator !== "function") throw new TypeError(`${typeof iterator} is not a function`);
  return fromIterator(C, items, iterator, map, thisArg);
}

const PROBE = { __proto__: null, construct: () => PROBE };

/** A proxy can construct if its target can; its trap keeps the target out of it. */
function isConstructor(C) {
  if (typeof C !== "function") return false;
  try {
    new (new Proxy(C, PROBE))();
    return true;
  } catch {
    return false;
  }
}

function fromArrayLike(C, items, map, thisArg) {
  const O = Object(items);
  const length = lengthOf(O);
  const put = C !== Array && isConstructor(C) ? define : assign;
  const A = put === define ? new C(length) : arrayCreate(length);
  for (let k = 0; k < length; k++) {
    const value = O[k];
    put(A, k, map === undefined ? value : FunctionPrototypeCall(map, thisArg, value, k));
  }
  A.length = length;
  return A;
}

function fromIterator(C, items, iterator, map, thisArg) {
  const put = C !== Array && isConstructor(C) ? define : assign;
  const A = put === define ? new C() : arrayCreate(0);
  // `for of` closes the iterator if the body throws, as the specification asks.
  const once = { __proto__: null, [SymbolIterator]: () => ReflectApply(iterator, items, []) };
  let k = 0;
  for (const value of once) {
    put(A, k, map === undefined ? value : FunctionPrototypeCall(map, thisArg, value, k));
    k++;
  }
  A.length = k;
  return A;
}
