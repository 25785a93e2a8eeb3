// ArrayBuffer without `maxByteLength`: a resizable buffer reserves address space for its largest size at once, beyond the instance's limit,
// and a few thousand of them exhaust the process.
//
// A function calls the guarded constructor; api/globals.js puts it on the global object. The buffer comes from V8's own constructor.
//
// Invariant: no resizable buffer exists in an isolate, so none can be cloned or transferred either.

import { primordials } from "ext:core/mod.js";
import { descriptorOf, disguise, refuse } from "ext:skep/guards/core.js";
import { toInteger } from "ext:skep/guards/array/search.js";

const {
  ArrayBuffer: Native,
  ArrayBufferPrototype,
  ObjectDefineProperty,
  ReflectApply,
  ReflectConstruct,
  ReflectOwnKeys,
} = primordials;

/** As `ToIndex` of the specification, which comes before the options are read. */
function toIndex(length) {
  const index = toInteger(length);
  return index < 0 || index > 2 ** 53 - 1 ? new Native(index) : index; // throws
}

const guard = function (length, options) {
  if (new.target === undefined) return ReflectApply(Native, undefined, []); // throws
  let bytes = length;
  if ((typeof options === "object" && options !== null) || typeof options === "function") {
    bytes = toIndex(length);
    if (options.maxByteLength !== undefined) refuse("resizable ArrayBuffer", "resizable ArrayBuffers are not available");
  }
  return new.target === guard ? new Native(bytes) : ReflectConstruct(Native, [bytes], new.target);
};

/** Returns the constructor that functions see. */
export function installBufferGuard() {
  const keys = ReflectOwnKeys(Native);
  for (let i = 0; i < keys.length; i++) {
    ObjectDefineProperty(guard, keys[i], descriptorOf(Native, keys[i]));
  }
  ObjectDefineProperty(ArrayBufferPrototype, "constructor", { __proto__: null, value: guard });
  return disguise(guard, Native);
}
