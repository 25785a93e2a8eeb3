// Array methods that make a string, for receivers that are not ordinary arrays: the specification's steps, in loops that V8 can interrupt.
//
// Called by guards/array/guard.js, which has read the length already; the string goes to the function.
// https://tc39.es/ecma262/#sec-array.prototype.join
//
// Invariant: every read and every call happens in the specification's order, and the string of an array that contains itself is finite.

import { assign } from "ext:skep/guards/array/make.js";
import { objectOf, toLength } from "ext:skep/guards/array/search.js";

/** Arrays that are being joined: one that contains itself is an empty string there, as in V8. */
const joining = [];

function joined(O, length, separator, textOf) {
  for (let i = 0; i < joining.length; i++) {
    if (joining[i] === O) return "";
  }
  assign(joining, joining.length, O);
  try {
    let text = "";
    for (let k = 0; k < length; k++) {
      if (k > 0) text += separator;
      const value = O[k];
      if (value !== undefined && value !== null) text += textOf(value);
    }
    return text;
  } finally {
    joining.length--;
  }
}

export function join(self, rawLength, separator) {
  const O = objectOf(self, "join");
  const length = toLength(rawLength);
  return joined(O, length, separator === undefined ? "," : `${separator}`, (value) => `${value}`);
}

export function toLocaleString(self, rawLength, locales, options) {
  const O = objectOf(self, "toLocaleString");
  return joined(O, toLength(rawLength), ",", (value) => `${value.toLocaleString(locales, options)}`);
}
