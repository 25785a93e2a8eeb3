// Array methods that change their receiver, where that is not an ordinary array: the specification's steps, in loops that V8 can interrupt.
//
// Called by guards/array/guard.js, which has read the length already; the result goes to the function.
// https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object
//
// Invariant: every `in`, read, write and `delete` happens in the specification's order; one that fails throws (strict code).

import { primordials } from "ext:core/mod.js";
import { LENGTH_MAX, refuse } from "ext:skep/guards/core.js";
import { byText, objectOf, place, toInteger, toLength } from "ext:skep/guards/array/search.js";
import { arrayCreate, assign, speciesCreate, writeAll } from "ext:skep/guards/array/make.js";

const { ArrayPrototypeSort, MathMax, MathMin, NumberMAX_SAFE_INTEGER, TypeError } = primordials;

function moveElement(O, from, to) {
  if (from in O) O[to] = O[from];
  else delete O[to];
}

export function copyWithin(self, rawLength, target, start, end) {
  const O = objectOf(self, "copyWithin");
  const length = toLength(rawLength);
  let to = place(toInteger(target), length);
  let from = place(toInteger(start), length);
  const last = end === undefined ? length : place(toInteger(end), length);
  let count = MathMin(last - from, length - to);
  let step = 1;
  if (from < to && to < from + count) {
    step = -1;
    from += count - 1;
    to += count - 1;
  }
  for (; count > 0; count--) {
    moveElement(O, from, to);
    from += step;
    to += step;
  }
  return O;
}

export function fill(self, rawLength, value, start, end) {
  const O = objectOf(self, "fill");
  const length = toLength(rawLength);
  let k = place(toInteger(start), length);
  const last = end === undefined ? length : place(toInteger(end), length);
  for (; k < last; k++) O[k] = value;
  return O;
}

export function reverse(self, rawLength) {
  const O = objectOf(self, "reverse");
  const length = toLength(rawLength);
  const middle = (length - length % 2) / 2;
  for (let lower = 0; lower < middle; lower++) {
    const upper = length - lower - 1;
    let lowerValue;
    let upperValue;
    const lowerExists = lower in O;
    if (lowerExists) lowerValue = O[lower];
    const upperExists = upper in O;
    if (upperExists) upperValue = O[upper];
    if (upperExists) O[lower] = upperValue;
    else if (lowerExists) delete O[lower];
    if (lowerExists) O[upper] = lowerValue;
    else if (upperExists) delete O[upper];
  }
  return O;
}

export function shift(self, rawLength) {
  const O = objectOf(self, "shift");
  const length = toLength(rawLength);
  if (length === 0) {
    O.length = 0;
    return undefined;
  }
  const first = O[0];
  for (let k = 1; k < length; k++) moveElement(O, k, k - 1);
  delete O[length - 1];
  O.length = length - 1;
  return first;
}

export function unshift(self, rawLength, items) {
  const O = objectOf(self, "unshift");
  const length = toLength(rawLength);
  const count = items.length;
  if (count > 0) {
    requireSafe(length + count);
    for (let k = length; k > 0; k--) moveElement(O, k - 1, k + count - 1);
    for (let j = 0; j < count; j++) O[j] = items[j];
  }
  O.length = length + count;
  return length + count;
}

/** `args` are all arguments: a missing one differs from one that is `undefined`. */
export function splice(self, rawLength, args) {
  const O = objectOf(self, "splice");
  const length = toLength(rawLength);
  const start = args.length === 0 ? 0 : place(toInteger(args[0]), length);
  const added = MathMax(args.length - 2, 0);
  let removed = 0;
  if (args.length === 1) removed = length - start;
  else if (args.length > 1) removed = MathMin(MathMax(toInteger(args[1]), 0), length - start);
  requireSafe(length + added - removed);
  const { A, put } = speciesCreate(O, removed);
  for (let k = 0; k < removed; k++) {
    if (start + k in O) put(A, k, O[start + k]);
  }
  A.length = removed;
  if (added < removed) {
    for (let k = start; k < length - removed; k++) moveElement(O, k + removed, k + added);
    for (let k = length; k > length - removed + added; k--) delete O[k - 1];
  } else if (added > removed) {
    for (let k = length - removed; k > start; k--) moveElement(O, k + removed - 1, k + added - 1);
  }
  for (let j = 0; j < added; j++) O[start + j] = args[j + 2];
  O.length = length - removed + added;
  return A;
}

/** The built-in aborts the process where the elements do not fit. */
export function sort(self, rawLength, compare) {
  const O = objectOf(self, "sort");
  const length = toLength(rawLength);
  if (length > LENGTH_MAX) refuse("array sort", `too many elements to sort: at most ${LENGTH_MAX}`);
  if (length < 2) return O; // As V8, which does not read a single element.
  const list = arrayCreate(0);
  for (let k = 0; k < length; k++) {
    if (k in O) assign(list, list.length, O[k]);
  }
  writeAll(O, ArrayPrototypeSort(list, compare ?? byText));
  for (let k = list.length; k < length; k++) delete O[k];
  return O;
}

function requireSafe(length) {
  if (length > NumberMAX_SAFE_INTEGER) throw new TypeError("Pushing past the largest safe integer length");
}
