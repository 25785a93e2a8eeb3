// The timers of an instance: how many may wait.
//
// A function calls these guards instead of deno_web's setTimeout and its like, which do the work; api/globals.js makes the guards global.
//
// Invariant: a timer counts from its call until it has fired for the last time or is cleared.

import { core, internals, primordials } from "ext:core/mod.js";
import { disguise, refuse } from "ext:skep/guards/core.js";

const { indirectEval, MapPrototypeDelete, MapPrototypeGetSize, MapPrototypeSet, ReflectApply, SafeMap } = primordials;

const timers = core.loadExtScript("ext:deno_web/02_timers.js");
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");

const WAITING_MAX = 10_000;
const waiting = new SafeMap();

/** The function that a string in the place of a callback stands for; without `[code] eval` it throws when the timer fires. */
function callable(callback) {
  if (typeof callback === "function") return callback;
  const text = webidl.converters.DOMString(callback);
  return () => indirectEval(text);
}

function start(native, self, callback, timeout, args, isRepeated) {
  if (MapPrototypeGetSize(waiting) >= WAITING_MAX) refuse("timers", `too many timers are waiting: at most ${WAITING_MAX}`);
  const call = callable(callback);
  let id = 0;
  // Reported here, an error is that of the call that began the timer.
  const fire = function () {
    if (!isRepeated) MapPrototypeDelete(waiting, id);
    try {
      return ReflectApply(call, globalThis, args);
    } catch (error) {
      internals.reportException(error);
    }
  };
  id = ReflectApply(native, self, [fire, timeout]);
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

/** The four functions that functions see. */
export function guardedTimers() {
  for (const name in GUARDS) disguise(GUARDS[name], timers[name]);
  return GUARDS;
}
