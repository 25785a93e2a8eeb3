// A byte stream that ends where it becomes too long.
//
// guards/lazy/wasm_module.js passes the body that a module is compiled from; the limited stream goes back to it.
//
// Invariant: the methods of streams are deno_web's own, read before any code of a function runs.

import { core, primordials } from "ext:core/mod.js";
import { refuse } from "ext:skep/guards/core.js";

const { ReflectApply, TypedArrayPrototypeGetByteLength } = primordials;

const { ReadableStream, TransformStream, TransformStreamDefaultController } = core.loadExtScript("ext:deno_web/06_streams.js");
const { pipeThrough } = ReadableStream.prototype;
const { enqueue } = TransformStreamDefaultController.prototype;

/** `stream`, until it has brought more than `most` bytes. */
export function limitedStream(stream, most, what, why) {
  let left = most;
  const limit = new TransformStream({
    __proto__: null,
    transform(chunk, controller) {
      left -= TypedArrayPrototypeGetByteLength(chunk);
      if (left < 0) refuse(what, why);
      ReflectApply(enqueue, controller, [chunk]);
    },
  });
  return ReflectApply(pipeThrough, stream, [limit]);
}
