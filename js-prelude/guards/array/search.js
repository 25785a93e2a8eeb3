// Array methods that only read, for receivers that are not ordinary arrays: the specification's steps, in loops that V8 can interrupt.
//
// Called by guards/array/guard.js, which has read the length already; the result goes to the function. Other guards use its conversions.
// https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object
//
// Invariant: every `in`, every read and every call happens in the specification's order, because each may run a trap of the function.

import { primordials } from "ext:core/mod.js";

const { ArrayPrototypeForEach, ArrayPrototypeReduce, FunctionPrototypeCall, MathMax, MathMin, MathTrunc, NumberMAX_SAFE_INTEGER, Object, TypeError } = primordials;

/** https://tc39.es/ecma262/#sec-tointegerorinfinity */
export function toInteger(value) {
  const number = +value;
  return number !== number ? 0 : MathTrunc(number) + 0; // `+ 0` makes -0 an ordinary zero
}

/** https://tc39.es/ecma262/#sec-tolength */
export function toLength(value) {
  return MathMin(MathMax(toInteger(value), 0), NumberMAX_SAFE_INTEGER);
}

/** https://tc39.es/ecma262/#sec-lengthofarraylike */
export function lengthOf(O) {
  return toLength(O.length);
}

/** The index that a relative index points to, within 0 and `length`. */
export function place(relative, length) {
  return relative < 0 ? MathMax(length + relative, 0) : MathMin(relative, length);
}

/** The receiver of `Array.prototype[name]` as an object. */
export function objectOf(self, name) {
  if (self === undefined || self === null) throw new TypeError(`Array.prototype.${name} called on null or undefined`);
  return Object(self);
}

/** Throws the error of the built-ins, in their words, if `callback` is not a function. */
export function requireFunction(callback) {
  if (typeof callback !== "function") ArrayPrototypeForEach([], callback);
}

/** The order of `sort` without a function, as a function: V8 can interrupt a loop that calls. */
export function byText(a, b) {
  const x = `${a}`;
  const y = `${b}`;
  return x < y ? -1 : y < x ? 1 : 0;
}

export function every(self, rawLength, callback, thisArg) {
  const O = objectOf(self, "every");
  const length = toLength(rawLength);
  requireFunction(callback);
  for (let k = 0; k < length; k++) {
    if (k in O && !FunctionPrototypeCall(callback, thisArg, O[k], k, O)) return false;
  }
  return true;
}

export function some(self, rawLength, callback, thisArg) {
  const O = objectOf(self, "some");
  const length = toLength(rawLength);
  requireFunction(callback);
  for (let k = 0; k < length; k++) {
    if (k in O && FunctionPrototypeCall(callback, thisArg, O[k], k, O)) return true;
  }
  return false;
}

export function forEach(self, rawLength, callback, thisArg) {
  const O = objectOf(self, "forEach");
  const length = toLength(rawLength);
  requireFunction(callback);
  for (let k = 0; k < length; k++) {
    if (k in O) FunctionPrototypeCall(callback, thisArg, O[k], k, O);
  }
}

/** The index and the value of the first hit, from `first` on in steps of `step`; index -1 if there is none. */
function hit(O, first, end, step, callback, thisArg) {
  for (let k = first; k !== end; k += step) {
    const value = O[k];
    if (FunctionPrototypeCall(callback, thisArg, value, k, O)) return { __proto__: null, k, value };
  }
  return { __proto__: null, k: -1, value: undefined };
}

function hitUpwards(self, rawLength, name, callback, thisArg) {
  const O = objectOf(self, name);
  const length = toLength(rawLength);
  requireFunction(callback);
  return hit(O, 0, length, 1, callback, thisArg);
}

function hitDownwards(self, rawLength, name, callback, thisArg) {
  const O = objectOf(self, name);
  const length = toLength(rawLength);
  requireFunction(callback);
  return hit(O, length - 1, -1, -1, callback, thisArg);
}

export function find(self, rawLength, callback, thisArg) {
  return hitUpwards(self, rawLength, "find", callback, thisArg).value;
}

export function findIndex(self, rawLength, callback, thisArg) {
  return hitUpwards(self, rawLength, "findIndex", callback, thisArg).k;
}

export function findLast(self, rawLength, callback, thisArg) {
  return hitDownwards(self, rawLength, "findLast", callback, thisArg).value;
}

export function findLastIndex(self, rawLength, callback, thisArg) {
  return hitDownwards(self, rawLength, "findLastIndex", callback, thisArg).k;
}

export function includes(self, rawLength, element, from) {
  const O = objectOf(self, "includes");
  const length = toLength(rawLength);
  if (length === 0) return false;
  for (let k = place(toInteger(from), length); k < length; k++) {
    const value = O[k];
    if (value === element || (value !== value && element !== element)) return true;
  }
  return false;
}

export function indexOf(self, rawLength, element, from) {
  const O = objectOf(self, "indexOf");
  const length = toLength(rawLength);
  if (length === 0) return -1;
  for (let k = place(toInteger(from), length); k < length; k++) {
    if (k in O && O[k] === element) return k;
  }
  return -1;
}

/** `isGiven`: a missing argument differs from one that is `undefined`. */
export function lastIndexOf(self, rawLength, element, isGiven, from) {
  const O = objectOf(self, "lastIndexOf");
  const length = toLength(rawLength);
  if (length === 0) return -1;
  const relative = isGiven ? toInteger(from) : length - 1;
  for (let k = relative >= 0 ? MathMin(relative, length - 1) : length + relative; k >= 0; k--) {
    if (k in O && O[k] === element) return k;
  }
  return -1;
}

function fold(self, rawLength, name, callback, isGiven, initial, downwards) {
  const O = objectOf(self, name);
  const length = toLength(rawLength);
  requireFunction(callback);
  const step = downwards ? -1 : 1;
  const end = downwards ? -1 : length;
  let k = downwards ? length - 1 : 0;
  let result = initial;
  if (!isGiven) {
    while (k !== end && !(k in O)) k += step;
    if (k === end) return ArrayPrototypeReduce([], callback); // throws
    result = O[k];
    k += step;
  }
  for (; k !== end; k += step) {
    if (k in O) result = FunctionPrototypeCall(callback, undefined, result, O[k], k, O);
  }
  return result;
}

export function reduce(self, rawLength, callback, isGiven, initial) {
  return fold(self, rawLength, "reduce", callback, isGiven, initial, false);
}

export function reduceRight(self, rawLength, callback, isGiven, initial) {
  return fold(self, rawLength, "reduceRight", callback, isGiven, initial, true);
}
