// `process.nextTick`: stands for deno_node's `_next_tick.ts`.
//
// deno_core keeps the queue and drains it; deno_node's timers, streams and `process` take their functions from this file.
//
// Invariant: the object of a tick, which `async_hooks` shows to the function, leads to no Call: the context of a tick is in a closure.

(function () {
  const { core, primordials } = __bootstrap;
  const { ReflectApply } = primordials;
  const { validateFunction } = core.loadExtScript("ext:deno_node/internal/validators.mjs");
  const { _exiting } = core.loadExtScript("ext:deno_node/_process/exiting.ts");
  const { emitAfter, emitBefore, emitDestroy, emitInit, executionAsyncId, newAsyncId } = core.loadExtScript("ext:deno_node/internal/async_hooks.ts");
  const { getAsyncContext, processTicksAndRejections, runNextTicks, setAsyncContext } = core;

  let isEnabled = false;

  function enableNextTick() {
    isEnabled = true;
    core.setAsyncHooksEmit(emitBefore, emitAfter, emitDestroy);
  }

  function nextTick(callback, ...args) {
    // While a snapshot is made, nothing is put off.
    if (!isEnabled) return;
    validateFunction(callback, "callback");
    if (_exiting) return;
    const context = getAsyncContext();
    const asyncId = newAsyncId();
    const triggerAsyncId = executionAsyncId();
    // deno_core sets the context of before once the tick is over, or its error was reported.
    const run = () => {
      setAsyncContext(context);
      ReflectApply(callback, undefined, args);
    };
    const tick = { asyncId, triggerAsyncId, snapshot: undefined, callback: run, args: undefined };
    emitInit(asyncId, "TickObject", triggerAsyncId, tick);
    if (!core.hasTickScheduled()) core.setHasTickScheduled(true);
    core.queueNextTick(tick);
  }

  return { enableNextTick, nextTick, processTicksAndRejections, runNextTicks };
})();
