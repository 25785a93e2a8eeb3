// Proxies of arrays: the only objects that `Array.isArray` takes for arrays although their length is anything.
//
// The constructor notes each one, so that the array guards can tell; as long as there is none, they need not even ask.
//
// Invariant: every Proxy whose target is an array was made here; the host hands none to a function.

import { primordials } from "ext:core/mod.js";
import { descriptorOf, install, nativeText } from "ext:skep/20_guard_core.js";

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

const noted = new SafeWeakSet();
let tellFirst = () => {};

/** Calls `listener` when the first proxy of an array is made. */
export function onFirstArrayProxy(listener) {
  tellFirst = listener;
}

/** Whether `value` is a proxy of an array, or of what may have been one. */
export function isArrayProxy(value) {
  return WeakSetPrototypeHas(noted, value);
}

/** An array that is no proxy. */
export function isRealArray(value) {
  return !isArrayProxy(value) && ArrayIsArray(value);
}

function note(proxy, target) {
  let isArray = true;
  try {
    isArray = ArrayIsArray(target);
  } catch {
    // The target is a revoked proxy: nobody knows what it was.
  }
  if (isArray) {
    tellFirst();
    WeakSetPrototypeAdd(noted, proxy);
  }
  return proxy;
}

// A class, because it cannot be called without `new`; derived, because nothing is made before the constructor's body, as with the original;
// bound, because that has no `prototype`, as the original.
const guard = FunctionPrototypeBind(
  class extends null {
    constructor(target, handler) {
      return note(new Proxy(target, handler), target);
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
      note(made.proxy, target);
      return made;
    },
  });
  for (const key of ["length", "name", "revocable"]) {
    ObjectDefineProperty(guard, key, descriptorOf(Proxy, key));
  }
  return nativeText(guard, "Proxy");
}
