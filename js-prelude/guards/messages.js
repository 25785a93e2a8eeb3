// Message channels and ports: how many may be open, what a port may transfer, and what waits in them.
//
// api/globals.js passes the exports of deno_web's file of ports and makes the guarded ones global. Rust counts resources
// (op_skep_resource_left). deno_web's file passes what it is about to send (src/build.rs).
//
// Invariant: a port transfers nothing but ArrayBuffers, and a message that waits in one counts against `memory_mb`.

import { core, primordials } from "ext:core/mod.js";
import { op_skep_resource_left } from "ext:core/ops";
import { install, nativeText, refuse } from "ext:skep/guards/core.js";

const {
  ArrayBuffer, ObjectDefineProperty, Proxy, ReflectApply, ReflectConstruct, SafeArrayIterator, SymbolIterator,
  TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, Uint8Array,
} = primordials;

const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");

/** What an empty message costs: its place in the queue, and what V8 and Rust keep of its buffer. */
const MESSAGE_BYTES = 512;

/**
 * A copy of the bytes of a message, in a buffer that the isolate's allocator has counted: it is freed with the message. deno_core's own comes
 * from Rust and is counted by nothing once it is detached.
 */
export function countedBytes(bytes) {
  const length = TypedArrayPrototypeGetByteLength(bytes);
  const copy = new Uint8Array(new ArrayBuffer(length + MESSAGE_BYTES), 0, length);
  TypedArrayPrototypeSet(copy, bytes);
  return copy;
}

/** The same for a message that transfers something. */
export function countedMessage(message) {
  message.data = countedBytes(message.data);
  return message;
}

/**
 * A port that lies in a queue keeps that queue and everything in it. A port in its own queue would keep it without end, even after the end of
 * its instance.
 */
function guardTransfers(prototype) {
  const { postMessage } = prototype;
  install(prototype, {
    __proto__: null,
    postMessage(message, transferOrOptions) {
      if (arguments.length < 2 || transferOrOptions === undefined || transferOrOptions === null) {
        return ReflectApply(postMessage, this, arguments.length === 0 ? [] : [message]);
      }
      webidl.assertBranded(this, prototype);
      const prefix = "Failed to execute 'postMessage' on 'MessagePort'";
      const isList = webidl.type(transferOrOptions) === "Object" && transferOrOptions[SymbolIterator] !== undefined;
      const list = isList
        ? webidl.converters["sequence<object>"](transferOrOptions, prefix, "Argument 2")
        : webidl.converters.StructuredSerializeOptions(transferOrOptions, prefix, "Argument 2").transfer;
      for (let i = 0; i < list.length; i++) {
        if (!core.isAnyArrayBuffer(list[i])) throw new DOMException("A port transfers nothing but ArrayBuffers", "DataCloneError");
      }
      // deno_web iterates over the list once more; no code of the function has seen this one.
      ObjectDefineProperty(list, SymbolIterator, { __proto__: null, value: () => new SafeArrayIterator(list) });
      return ReflectApply(postMessage, this, [message, list]);
    },
  });
}

/** The constructor behind the limit on resources: each channel is two. */
function guardedMessageChannel(Native) {
  const guard = new Proxy(Native, {
    __proto__: null,
    construct(original, args, newTarget) {
      if (!op_skep_resource_left()) refuse("resources", "too many resources are open: close those that are no longer used");
      return ReflectConstruct(original, args, newTarget === guard ? original : newTarget);
    },
  });
  ObjectDefineProperty(Native.prototype, "constructor", { __proto__: null, value: guard });
  return nativeText(guard, "MessageChannel");
}

/** The exports of `script`, deno_web's file of ports, with the guards in place. */
export function guardMessages(script) {
  guardTransfers(script.MessagePort.prototype);
  return { __proto__: null, MessageChannel: guardedMessageChannel(script.MessageChannel), MessagePort: script.MessagePort, structuredClone: script.structuredClone };
}
