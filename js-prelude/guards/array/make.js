// Array methods that make an array, for receivers that are not ordinary arrays: the specification's steps, in loops that V8 can interrupt.
//
// Called by guards/array/guard.js, which has read the length already, except for concat and flat; the result goes to the function.
// https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object
//
// Invariant: every `in`, every read and every call happens in the specification's order; no element of a result passes through a setter.

import { primordials } from "ext:core/mod.js";
import { LENGTH_MAX, refuse } from "ext:skep/guards/core.js";
import { isRealArray } from "ext:skep/guards/proxy.js";
import { byText, lengthOf, objectOf, place, requireFunction, toInteger, toLength } from "ext:skep/guards/array/search.js";

const {
  Array, ArrayIsArray, ArrayPrototypeSort, ArrayPrototypeToReversed, ArrayPrototypeWith, FunctionPrototypeCall,
  MathMax, MathMin, NumberMAX_SAFE_INTEGER, ObjectDefineProperty, RangeError, SymbolIsConcatSpreadable,
  SymbolSpecies, TypeError,
} = primordials;

// An imported name is a box to the optimizing compiler, and its content is not a constant.
const isReal = isRealArray;
const toLengthOf = lengthOf;

const ARRAY_LENGTH_MAX = 2 ** 32 - 1;

/** https://tc39.es/ecma262/#sec-createdatapropertyorthrow */
export function define(A, k, value) {
  ObjectDefineProperty(A, k, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

/** The same for an array that only a guard has seen so far: an index that no prototype has can be assigned, which is a lot quicker. */
export function assign(A, k, value) {
  if (k in A) define(A, k, value);
  else A[k] = value;
}

export function writeAll(O, list) {
  for (let k = 0; k < list.length; k++) O[k] = list[k];
}

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

const EMPTY = [];

/**
 * https://tc39.es/ecma262/#sec-arraycreate, except for the length. V8 remembers for each `[]` in a program which elements its arrays got,
 * and makes the next ones as general, and for each `new Array(n)` that it has holes. The kind of an array that a built-in makes follows its
 * own elements.
 */
export function arrayCreate(length) {
  if (length > ARRAY_LENGTH_MAX) throw new RangeError("Invalid array length");
  return ArrayPrototypeToReversed(EMPTY);
}

/** For the methods that fill a whole array of that length: if it does not fit, the built-ins abort the process. */
function wholeArray(length, what) {
  if (length <= ARRAY_LENGTH_MAX && length > LENGTH_MAX) refuse(what, `too many elements for a new array: at most ${LENGTH_MAX}`);
  return arrayCreate(length);
}

/** https://tc39.es/ecma262/#sec-arrayspeciescreate; there is no other realm. Returns the array, and the function that puts its elements. */
export function speciesCreate(O, length) {
  let C;
  if (ArrayIsArray(O)) {
    C = O.constructor;
    if (isObject(C)) {
      C = C[SymbolSpecies];
      if (C === null) C = undefined;
    }
  }
  return C === undefined || C === Array ? { __proto__: null, A: arrayCreate(length), put: assign } : { __proto__: null, A: new C(length), put: define };
}

/** Copying the characters of a long string one by one reaches the largest array that V8 can make, and there the process aborts. */
function receiver(self, name) {
  if (typeof self === "string" && self.length > LENGTH_MAX) refuse(`array ${name}`, `the text is too long for an array: at most ${LENGTH_MAX} characters`);
  return objectOf(self, name);
}

export function concat(self, items) {
  const O = objectOf(self, "concat");
  const { A, put } = speciesCreate(O, 0);
  let n = concatOne(A, put, 0, O);
  for (let i = 0; i < items.length; i++) n = concatOne(A, put, n, items[i]);
  A.length = n;
  return A;
}

function concatOne(A, put, n, item) {
  if (!isSpreadable(item)) {
    if (n >= NumberMAX_SAFE_INTEGER) throw new TypeError("Invalid array length");
    put(A, n, item);
    return n + 1;
  }
  const length = lengthOf(item);
  if (n + length > NumberMAX_SAFE_INTEGER) throw new TypeError("Invalid array length");
  for (let k = 0; k < length; k++) {
    if (k in item) put(A, n + k, item[k]);
  }
  return n + length;
}

/** https://tc39.es/ecma262/#sec-isconcatspreadable */
function isSpreadable(item) {
  if (!isObject(item)) return false;
  const spreadable = item[SymbolIsConcatSpreadable];
  return spreadable === undefined ? ArrayIsArray(item) : !!spreadable;
}

export function filter(self, rawLength, callback, thisArg) {
  const O = receiver(self, "filter");
  const length = toLength(rawLength);
  requireFunction(callback);
  const { A, put } = speciesCreate(O, 0);
  let to = 0;
  for (let k = 0; k < length; k++) {
    if (!(k in O)) continue;
    const value = O[k];
    if (FunctionPrototypeCall(callback, thisArg, value, k, O)) put(A, to++, value);
  }
  return A;
}

export function map(self, rawLength, callback, thisArg) {
  const O = receiver(self, "map");
  const length = toLength(rawLength);
  requireFunction(callback);
  const { A, put } = speciesCreate(O, length);
  for (let k = 0; k < length; k++) {
    if (k in O) put(A, k, FunctionPrototypeCall(callback, thisArg, O[k], k, O));
  }
  if (put === assign) A.length = length; // Holes at the end; an array of a species has its length from the start.
  return A;
}

export function slice(self, rawLength, start, end) {
  const O = receiver(self, "slice");
  const length = toLength(rawLength);
  let k = place(toInteger(start), length);
  const last = end === undefined ? length : place(toInteger(end), length);
  const { A, put } = speciesCreate(O, MathMax(last - k, 0));
  let n = 0;
  for (; k < last; k++, n++) {
    if (k in O) put(A, n, O[k]);
  }
  A.length = n;
  return A;
}

export function flat(self, depth) {
  const O = receiver(self, "flat");
  const length = lengthOf(O);
  const levels = depth === undefined ? 1 : MathMax(toInteger(depth), 0);
  const { A, put } = speciesCreate(O, 0);
  flatten(A, put, O, length, 0, levels, undefined, undefined);
  return A;
}

export function flatMap(self, callback, thisArg) {
  const O = receiver(self, "flatMap");
  const length = lengthOf(O);
  requireFunction(callback);
  const { A, put } = speciesCreate(O, 0);
  flatten(A, put, O, length, 0, 1, callback, thisArg);
  return A;
}

/** https://tc39.es/ecma262/#sec-flattenintoarray; recursion as deep as the arrays are, which ends in a RangeError as in V8. */
function flatten(A, put, source, length, start, levels, callback, thisArg) {
  let to = start;
  const real = isReal(source);
  for (let k = 0; k < length; k++) {
    // With a real array the order of `in` and read cannot be observed, and an element that is not undefined exists.
    if (!real && !(k in source)) continue;
    let element = source[k];
    if (real && element === undefined && !(k in source)) continue;
    if (callback !== undefined) element = FunctionPrototypeCall(callback, thisArg, element, k, source);
    if (levels > 0 && ArrayIsArray(element)) {
      to = flatten(A, put, element, isReal(element) ? element.length : toLengthOf(element), to, levels - 1, undefined, undefined);
    } else {
      if (to >= NumberMAX_SAFE_INTEGER) throw new TypeError("Invalid array length");
      put(A, to++, element);
    }
  }
  return to;
}

export function toReversed(self, rawLength) {
  const O = receiver(self, "toReversed");
  const length = toLength(rawLength);
  const A = wholeArray(length, "array toReversed");
  for (let k = 0; k < length; k++) assign(A, k, O[length - k - 1]);
  return A;
}

export function toSorted(self, rawLength, compare) {
  const O = receiver(self, "toSorted");
  const length = toLength(rawLength);
  const A = wholeArray(length, "array toSorted");
  for (let k = 0; k < length; k++) assign(A, k, O[k]);
  return ArrayPrototypeSort(A, compare ?? byText);
}

/** `args` are all arguments: a missing one differs from one that is `undefined`. */
export function toSpliced(self, rawLength, args) {
  const O = receiver(self, "toSpliced");
  const length = toLength(rawLength);
  const start = args.length === 0 ? 0 : place(toInteger(args[0]), length);
  const added = MathMax(args.length - 2, 0);
  let skipped = 0;
  if (args.length === 1) skipped = length - start;
  else if (args.length > 1) skipped = MathMin(MathMax(toInteger(args[1]), 0), length - start);
  const newLength = length + added - skipped;
  if (newLength > NumberMAX_SAFE_INTEGER) throw new TypeError("Invalid array length");
  const A = wholeArray(newLength, "array toSpliced");
  let n = 0;
  for (; n < start; n++) assign(A, n, O[n]);
  for (let j = 0; j < added; j++) assign(A, n++, args[j + 2]);
  for (let from = start + skipped; n < newLength; n++) assign(A, n, O[from++]);
  return A;
}

export function withElement(self, rawLength, index, value) {
  const O = receiver(self, "with");
  const length = toLength(rawLength);
  const relative = toInteger(index);
  const actual = relative < 0 ? length + relative : relative;
  if (actual >= length || actual < 0) return ArrayPrototypeWith([], relative, value); // throws
  const A = wholeArray(length, "array with");
  for (let k = 0; k < length; k++) assign(A, k, k === actual ? value : O[k]);
  return A;
}
