// What an instance may have waiting and open: timers, and the message ports that only the host sees and what they carry.
//
// Invariant: a timer counts from its call until it has fired for the last time or is cleared.

import { core, primordials } from "ext:core/mod.js";
import { op_skep_resource_left } from "ext:core/ops";
import { disguise, install, nativeText, refuse } from "ext:skep/20_guard_core.js";

const { indirectEval, MapPrototypeDelete, MapPrototypeGetSize, MapPrototypeSet, ObjectDefineProperty, Proxy, ReflectApply, ReflectConstruct, SafeArrayIterator, SafeMap, SymbolIterator, TypedArrayPrototypeGetByteLength } = primordials;

const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const timers = core.loadExtScript("ext:deno_web/02_timers.js");
const { ReadableStream, TransformStream, TransformStreamDefaultController } = core.loadExtScript("ext:deno_web/06_streams.js");
const { pipeThrough } = ReadableStream.prototype;
const { enqueue } = TransformStreamDefaultController.prototype;
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");

const WAITING_MAX = 10_000;
const waiting = new SafeMap();

/** What a text in the place of a callback stands for; without `[code] eval` it throws when its time has come. */
function callable(callback) {
  if (typeof callback === "function") return callback;
  const text = webidl.converters.DOMString(callback);
  return () => indirectEval(text);
}

function start(native, self, callback, timeout, args, isRepeated) {
  if (MapPrototypeGetSize(waiting) >= WAITING_MAX) refuse("timers", `too many timers are waiting: at most ${WAITING_MAX}`);
  const call = callable(callback);
  let id = 0;
  const fire = isRepeated ? call : function () {
    MapPrototypeDelete(waiting, id);
    return ReflectApply(call, globalThis, args);
  };
  id = ReflectApply(native, self, isRepeated ? [fire, timeout, ...new SafeArrayIterator(args)] : [fire, timeout]);
  MapPrototypeSet(waiting, id, true);
  return id;
}

function stop(native, self, id) {
  const number = webidl.converters.long(id);
  ReflectApply(native, self, [number]);
  MapPrototypeDelete(waiting, number);
}

const GUARDS = {
  __proto__: null,
  setTimeout(callback, timeout = 0, ...args) {
    return start(timers.setTimeout, this, callback, timeout, args, false);
  },
  setInterval(callback, timeout = 0, ...args) {
    return start(timers.setInterval, this, callback, timeout, args, true);
  },
  clearTimeout(id = 0) {
    stop(timers.clearTimeout, this, id);
  },
  clearInterval(id = 0) {
    stop(timers.clearInterval, this, id);
  },
};

/**
 * What a port transfers is ArrayBuffers. A port that lies in a queue keeps that queue, and all that is in it, and if it lies in its own,
 * then for ever: after its instance has ended, too.
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
      // Its own, which nobody has seen: it is read once more.
      ObjectDefineProperty(list, SymbolIterator, { __proto__: null, value: () => new SafeArrayIterator(list) });
      return ReflectApply(postMessage, this, [message, list]);
    },
  });
}

/** The constructor with the host's limit on resources before it: each channel is two. */
function guardedMessageChannel(Native) {
  const guard = new Proxy(Native, {
    __proto__: null,
    construct(original, args, newTarget) {
      if (!op_skep_resource_left()) refuse("resources", "too many resources are open: close what is no longer used");
      return ReflectConstruct(original, args, newTarget === guard ? original : newTarget);
    },
  });
  ObjectDefineProperty(Native.prototype, "constructor", { __proto__: null, value: guard });
  return nativeText(guard, "MessageChannel");
}

/** What deno_web's file of ports exports, with the guards in place. */
export function guardMessages(script) {
  guardTransfers(script.MessagePort.prototype);
  return { __proto__: null, MessageChannel: guardedMessageChannel(script.MessageChannel), MessagePort: script.MessagePort, structuredClone: script.structuredClone };
}

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

/** The four functions that functions see. */
export function guardedTimers() {
  for (const name in GUARDS) disguise(GUARDS[name], timers[name]);
  return GUARDS;
}
