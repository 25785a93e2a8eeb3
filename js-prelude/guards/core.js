// The base of all guards: how one replaces a built-in and looks like it, and how it refuses.
//
// A guard stands between a function's code and a built-in that could abort the process, or run without end and without a check for
// termination (README.md, "Guards"). api/globals.js installs the guards after 00_primordials.js of deno_core has copied the originals, so
// the prelude and deno's files keep the originals. A refusal goes to Rust (op_skep_refuse), which counts and logs it.
//
// Invariant: a guard that does not refuse follows the specification, observable step by observable step.

import { core, primordials } from "ext:core/mod.js";
import { op_skep_refuse } from "ext:core/ops";

const {
  ArrayBufferIsView,
  DataViewPrototypeGetBuffer,
  DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset,
  FunctionPrototype,
  FunctionPrototypeToString,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  RangeError,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

/** Elements and characters above which a guard refuses: V8 would abort the process. */
export const LENGTH_MAX = 2 ** 26;
/** Elements up to which the built-in runs: one that looks up each of them takes a quarter of a second. */
export const ORDINARY_MAX = 2 ** 22;
/** Elements up to which the built-in may sort in the order of strings: that calls no JavaScript and checks for no termination. */
export const SORT_MAX = 2 ** 18;

/** Guards, and their source text. */
const texts = new SafeWeakMap();

/** Counts a refusal, and throws the error that the specification allows wherever memory runs out. */
export function refuse(what, why) {
  op_skep_refuse(what);
  throw new RangeError(why);
}

function viewOfWhole(value) {
  if (core.isAnyArrayBuffer(value)) return new Uint8Array(value);
  if (!ArrayBufferIsView(value)) return null;
  if (TypedArrayPrototypeGetSymbolToStringTag(value) === undefined) {
    return new Uint8Array(DataViewPrototypeGetBuffer(value), DataViewPrototypeGetByteOffset(value), DataViewPrototypeGetByteLength(value));
  }
  return new Uint8Array(TypedArrayPrototypeGetBuffer(value), TypedArrayPrototypeGetByteOffset(value), TypedArrayPrototypeGetByteLength(value));
}

/** The bytes of a buffer, or of a view of one, none if it is detached; null for any other value. */
export function viewOf(value) {
  try {
    return viewOfWhole(value);
  } catch {
    return new Uint8Array(0);
  }
}

/** Gives `guard` the source text of a built-in, for `Function.prototype.toString`. */
export function nativeText(guard, name) {
  WeakMapPrototypeSet(texts, guard, `function ${name}() { [native code] }`);
  return guard;
}

/** A property's descriptor that inherits nothing, so that `defineProperty` takes it whatever a function did to Object.prototype. */
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

/** Replaces `holder[key]` by `guards[key]`, for every key. Guards are methods of an object literal, which have no `prototype` either. */
export function install(holder, guards) {
  for (const key in guards) {
    const property = descriptorOf(holder, key);
    if (property === undefined) continue; // A V8 without it.
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
