// Copies of values: `structuredClone`, and what message ports send.
//
// deno_web's files call these whenever they copy (src/build.rs replaces the calls). The ops (src/runtime/ops/clone.rs) take the place of
// deno_core's, which trust the mark of the host's objects on an object of the function.
//
// Invariant: nothing that a function clones is made by anything but a reader of `core.getCloneableDeserializers()`.

import { core } from "ext:core/mod.js";
import { op_skep_deserialize, op_skep_serialize } from "ext:core/ops";

const readers = core.getCloneableDeserializers();

/** The bytes of `value`, as `core.serialize`. */
export function serialize(value, options, refused) {
  return op_skep_serialize(value, options?.hostObjects, options?.transferredArrayBuffers, refused);
}

/** The value of `bytes`, as `core.deserialize`. */
export function deserialize(bytes, options) {
  return op_skep_deserialize(bytes, options?.hostObjects, options?.transferredArrayBuffers, options?.deserializers);
}

/** A copy of `value`, as `core.structuredClone`. */
export function clone(value) {
  return op_skep_deserialize(op_skep_serialize(value), undefined, undefined, readers);
}
