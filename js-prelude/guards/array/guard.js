// The methods of Array.prototype and Array.from: the built-in for an ordinary array, the files beside this one for everything else.
//
// A function calls these guards; api/globals.js installs them. An ordinary array is a real array, not a proxy of one, and short enough for
// the built-in to end soon. Reading an array's own length cannot be observed; an array-like's length may be a getter that answers
// differently the next time.
//
// Invariant: each method is small, so that the optimizing compiler inlines it together with the built-in, and it costs nothing.

import { primordials } from "ext:core/mod.js";
import { install, ORDINARY_MAX, SORT_MAX } from "ext:skep/guards/core.js";
import { isArrayProxy, onFirstArrayProxy } from "ext:skep/guards/proxy.js";
import * as search from "ext:skep/guards/array/search.js";
import { byText } from "ext:skep/guards/array/search.js";
import * as change from "ext:skep/guards/array/change.js";
import * as make from "ext:skep/guards/array/make.js";
import * as strings from "ext:skep/guards/array/join.js";
import { arrayFrom } from "ext:skep/guards/array/from.js";

const {
  Array, ArrayIsArray, ArrayPrototype, ArrayPrototypeConcat, ArrayPrototypeCopyWithin, ArrayPrototypeEvery,
  ArrayPrototypeFill, ArrayPrototypeFilter, ArrayPrototypeFind, ArrayPrototypeFindIndex, ArrayPrototypeFindLast,
  ArrayPrototypeFindLastIndex, ArrayPrototypeForEach, ArrayPrototypeIncludes, ArrayPrototypeIndexOf,
  ArrayPrototypeJoin, ArrayPrototypeLastIndexOf, ArrayPrototypeMap, ArrayPrototypeReduce, ArrayPrototypeReduceRight,
  ArrayPrototypeReverse, ArrayPrototypeShift, ArrayPrototypeSlice, ArrayPrototypeSome, ArrayPrototypeSort,
  ArrayPrototypeSplice, ArrayPrototypeToLocaleString, ArrayPrototypeToReversed, ArrayPrototypeToSorted,
  ArrayPrototypeUnshift, ArrayPrototypeWith, ReflectApply,
} = primordials;

// An imported name is a box to the optimizing compiler: it reads the box each time, and forgets the receiver's shape behind it.
const MAX = ORDINARY_MAX;
const MANY = SORT_MAX;
const isProxy = isArrayProxy;
const inOrder = byText;
const EMPTY = [];
let proxies = false;
onFirstArrayProxy(() => {
  proxies = true;
});

const { concat, splice, toSpliced, unshift } = ArrayPrototype;
const { from } = Array;

/** Whether the built-in `concat` ends soon with `item`: a primitive value or an ordinary array. */
function isBounded(item) {
  if (typeof item !== "object" && typeof item !== "function") return true;
  return item === null || ((!proxies || !isProxy(item)) && ArrayIsArray(item) && item.length <= MAX);
}

function areBounded(items) {
  for (let i = 0; i < items.length; i++) {
    if (!isBounded(items[i])) return false;
  }
  return true;
}

// Each method checks for an ordinary array in the same words, and in this order:
// - The length first, as each of these methods does by its specification; it is read once. After `isArray` the compiler would no longer
//   know the receiver's shape, and would not inline the built-in; nor would it if this check were a function of its own.
// - Whether it is a recorded proxy before `isArray`, which throws for a revoked one.
// Where a built-in counts its arguments or expects numbers, `undefined` becomes a missing argument.
const METHODS = {
  __proto__: null,
  concat(item) {
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && this.length <= MAX) {
      if (arguments.length === 1 && isBounded(item)) return ArrayPrototypeConcat(this, item);
      if (areBounded(arguments)) return ReflectApply(concat, this, arguments);
    }
    return make.concat(this, arguments);
  },
  copyWithin(target, start, end) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeCopyWithin(this, target, start, end);
    return change.copyWithin(this, length, target, start, end);
  },
  every(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeEvery(this, callback, thisArg);
    return search.every(this, length, callback, thisArg);
  },
  fill(value, start, end) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeFill(this, value, start, end);
    return change.fill(this, length, value, start, end);
  },
  filter(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeFilter(this, callback, thisArg);
    return make.filter(this, length, callback, thisArg);
  },
  find(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeFind(this, callback, thisArg);
    return search.find(this, length, callback, thisArg);
  },
  findIndex(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeFindIndex(this, callback, thisArg);
    return search.findIndex(this, length, callback, thisArg);
  },
  findLast(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeFindLast(this, callback, thisArg);
    return search.findLast(this, length, callback, thisArg);
  },
  findLastIndex(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeFindLastIndex(this, callback, thisArg);
    return search.findLastIndex(this, length, callback, thisArg);
  },
  // Their elements can be any value, so the built-in is never safe.
  flat(depth) {
    return make.flat(this, depth);
  },
  flatMap(callback, thisArg) {
    return make.flatMap(this, callback, thisArg);
  },
  forEach(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeForEach(this, callback, thisArg);
    return search.forEach(this, length, callback, thisArg);
  },
  includes(element, from) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return from === undefined ? ArrayPrototypeIncludes(this, element) : ArrayPrototypeIncludes(this, element, from);
    return search.includes(this, length, element, from);
  },
  indexOf(element, from) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return from === undefined ? ArrayPrototypeIndexOf(this, element) : ArrayPrototypeIndexOf(this, element, from);
    return search.indexOf(this, length, element, from);
  },
  join(separator) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return separator === undefined ? ArrayPrototypeJoin(this) : ArrayPrototypeJoin(this, separator);
    return strings.join(this, length, separator);
  },
  lastIndexOf(element, from) {
    const length = this.length;
    const isGiven = arguments.length > 1;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return isGiven ? ArrayPrototypeLastIndexOf(this, element, from) : ArrayPrototypeLastIndexOf(this, element);
    return search.lastIndexOf(this, length, element, isGiven, from);
  },
  map(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeMap(this, callback, thisArg);
    return make.map(this, length, callback, thisArg);
  },
  reduce(callback, initial) {
    const length = this.length;
    const isGiven = arguments.length > 1;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return isGiven ? ArrayPrototypeReduce(this, callback, initial) : ArrayPrototypeReduce(this, callback);
    return search.reduce(this, length, callback, isGiven, initial);
  },
  reduceRight(callback, initial) {
    const length = this.length;
    const isGiven = arguments.length > 1;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return isGiven ? ArrayPrototypeReduceRight(this, callback, initial) : ArrayPrototypeReduceRight(this, callback);
    return search.reduceRight(this, length, callback, isGiven, initial);
  },
  reverse() {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeReverse(this);
    return change.reverse(this, length);
  },
  shift() {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeShift(this);
    return change.shift(this, length);
  },
  slice(start, end) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) {
      if (end !== undefined) return ArrayPrototypeSlice(this, start, end);
      return start === undefined ? ArrayPrototypeSlice(this) : ArrayPrototypeSlice(this, start);
    }
    return make.slice(this, length, start, end);
  },
  some(callback, thisArg) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeSome(this, callback, thisArg);
    return search.some(this, length, callback, thisArg);
  },
  sort(compare) {
    if (compare !== undefined && typeof compare !== "function") return ArrayPrototypeSort(EMPTY, compare); // throws
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) {
      if (compare !== undefined) return ArrayPrototypeSort(this, compare);
      return length > MANY ? ArrayPrototypeSort(this, inOrder) : ArrayPrototypeSort(this);
    }
    return change.sort(this, length, compare);
  },
  splice(start, count) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return arguments.length === 2 ? ArrayPrototypeSplice(this, start, count) : ReflectApply(splice, this, arguments);
    return change.splice(this, length, arguments);
  },
  toLocaleString(locales, options) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeToLocaleString(this, locales, options);
    return strings.toLocaleString(this, length, locales, options);
  },
  toReversed() {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeToReversed(this);
    return make.toReversed(this, length);
  },
  toSorted(compare) {
    if (compare !== undefined && typeof compare !== "function") return ArrayPrototypeSort(EMPTY, compare); // throws
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) {
      if (compare !== undefined) return ArrayPrototypeToSorted(this, compare);
      return length > MANY ? ArrayPrototypeToSorted(this, inOrder) : ArrayPrototypeToSorted(this);
    }
    return make.toSorted(this, length, compare);
  },
  toSpliced() {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ReflectApply(toSpliced, this, arguments);
    return make.toSpliced(this, length, arguments);
  },
  unshift(item) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return arguments.length === 1 ? ArrayPrototypeUnshift(this, item) : ReflectApply(unshift, this, arguments);
    return change.unshift(this, length, arguments);
  },
  with(index, value) {
    const length = this.length;
    if ((!proxies || !isProxy(this)) && ArrayIsArray(this) && length <= MAX) return ArrayPrototypeWith(this, index, value);
    return make.withElement(this, length, index, value);
  },
};

/** Replaces the methods by the guards. */
export function installArrayGuards() {
  install(ArrayPrototype, METHODS);
  install(Array, {
    __proto__: null,
    from(items, map, thisArg) {
      const isOrdinary = items === undefined || items === null || (typeof items === "object" && isBounded(items));
      if (!isOrdinary) return arrayFrom(this, from, items, map, thisArg);
      return map === undefined ? ReflectApply(from, this, [items]) : ReflectApply(from, this, [items, map, thisArg]);
    },
  });
}
