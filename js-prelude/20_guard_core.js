// What all guards share: how one takes the place of an intrinsic without being told from it, and how it refuses.
//
// A guard stands between a function's code and a built-in that could abort the process or run for ever without looking up (README.md, "Guards").
// The guards are put in by 90_globals.js after primordials.js has copied the originals, so the prelude and deno's own files go on with those.
//
// Invariant: for what is not refused a guard does what the specification says, observable step by observable step.

import { primordials } from "ext:core/mod.js";
import { op_skep_refuse } from "ext:core/ops";

const {
  FunctionPrototype,
  FunctionPrototypeToString,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  RangeError,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

/** Elements and characters above which is refused what V8 would abort at. */
export const LENGTH_MAX = 2 ** 26;
/** Elements up to which a built-in is let loose: one that has to look for each of them is through in a quarter of a second. */
export const ORDINARY_MAX = 2 ** 22;
/** Elements up to which a built-in may sort by the order of texts, which calls no JavaScript and looks up at nothing. */
export const SORT_MAX = 2 ** 18;

/** Guards and what they say of themselves. */
const texts = new SafeWeakMap();

/** Counts a refusal, and throws what the specification allows wherever memory runs out. */
export function refuse(what, why) {
  op_skep_refuse(what);
  throw new RangeError(why);
}

/** What `Function.prototype.toString` says of `guard`. */
export function nativeText(guard, name) {
  WeakMapPrototypeSet(texts, guard, `function ${name}() { [native code] }`);
  return guard;
}

/** A property's descriptor that inherits nothing, so that it can be given to `defineProperty` whatever a function did to Object.prototype. */
export function descriptorOf(holder, key) {
  const property = ReflectGetOwnPropertyDescriptor(holder, key);
  return property === undefined ? undefined : ObjectSetPrototypeOf(property, null);
}

/** Makes `guard` look like `original`: name, length, text. */
export function disguise(guard, original) {
  const name = descriptorOf(original, "name");
  ObjectDefineProperty(guard, "length", descriptorOf(original, "length"));
  ObjectDefineProperty(guard, "name", name);
  return nativeText(guard, name.value);
}

/** Puts `guards[key]` in the place of `holder[key]`, for every key. Guards are methods of an object literal: those have no `prototype` either. */
export function install(holder, guards) {
  for (const key in guards) {
    const property = descriptorOf(holder, key);
    if (property === undefined) continue; // An engine without it.
    disguise(guards[key], property.value);
    property.value = guards[key];
    ObjectDefineProperty(holder, key, property);
  }
}

/** From here on `Function.prototype.toString` knows the guards. */
export function installDisguise() {
  install(FunctionPrototype, {
    __proto__: null,
    toString() {
      return WeakMapPrototypeGet(texts, this) ?? FunctionPrototypeToString(this);
    },
  });
}
