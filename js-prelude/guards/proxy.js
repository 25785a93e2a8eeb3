// Proxies of arrays: the only objects that `Array.isArray` takes for arrays although their length can be any value.
//
// The guarded constructor, which api/globals.js puts on the global object, records each one for the array guards. The first one is also
// announced to them: until then they need not ask.
//
// Invariant: every Proxy whose target is an array was made here; Skep hands none to a function.

import { primordials } from "ext:core/mod.js";
import { descriptorOf, install, nativeText } from "ext:skep/guards/core.js";

const {
  ArrayIsArray,
  FunctionPrototypeBind,
  ObjectDefineProperty,
  Proxy,
  ProxyRevocable,
  SafeWeakSet,
  WeakSetPrototypeAdd,
  WeakSetPrototypeHas,
} = primordials;

const recorded = new SafeWeakSet();
let announceFirst = () => {};

/** Calls `listener` when the first proxy of an array is made. */
export function onFirstArrayProxy(listener) {
  announceFirst = listener;
}

/** Whether `value` is a proxy of an array, or of a revoked proxy. */
export function isArrayProxy(value) {
  return WeakSetPrototypeHas(recorded, value);
}

/** An array that is not a proxy. */
export function isRealArray(value) {
  return !isArrayProxy(value) && ArrayIsArray(value);
}

function record(proxy, target) {
  let isArray = true;
  try {
    isArray = ArrayIsArray(target);
  } catch {
    // The target is a revoked proxy, which may have been one of an array.
  }
  if (isArray) {
    announceFirst();
    WeakSetPrototypeAdd(recorded, proxy);
  }
  return proxy;
}

// A class, because it cannot be called without `new`; derived, because no object exists before the constructor's body runs, as with the
// original; bound, because a bound function has no `prototype`, as the original.
const guard = FunctionPrototypeBind(
  class extends null {
    constructor(target, handler) {
      return record(new Proxy(target, handler), target);
    }
  },
  undefined,
);

/** Returns the constructor that functions see. */
export function installProxyGuard() {
  install(Proxy, {
    __proto__: null,
    revocable(target, handler) {
      const made = ProxyRevocable(target, handler);
      record(made.proxy, target);
      return made;
    },
  });
  for (const key of ["length", "name", "revocable"]) {
    ObjectDefineProperty(guard, key, descriptorOf(Proxy, key));
  }
  return nativeText(guard, "Proxy");
}
