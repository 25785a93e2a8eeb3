// Web handlers of dialects: what a function returns for a Request becomes the answer of its call.
//
// The dialects vercel and azure answer by themselves, so they do here what dispatch/index.js does for the dialects of the web.
//
// Invariant: while an answer streams, a client that leaves is noticed: the call is forgotten before it is answered, never after.

(function () {
  const { core, primordials } = __bootstrap;
  const { MapPrototypeDelete, MapPrototypeSet, PromisePrototypeThen, PromiseResolve } = primordials;
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { failThrown } = core.loadExtScript("ext:skep/dispatch/respond.js");

  /** Runs `work`, and gives what it returns, or its promise, to `send(call, value)`. What it throws fails the call. */
  function respondWith(call, work, send) {
    try {
      const result = work();
      if (typeof result?.then !== "function") return send(call, result);
      MapPrototypeSet(pendingCalls, call.id, call);
      PromisePrototypeThen(
        PromiseResolve(result),
        (value) => {
          MapPrototypeDelete(pendingCalls, call.id);
          try {
            send(call, value);
          } catch (error) {
            failThrown(call, error);
          }
        },
        (error) => {
          MapPrototypeDelete(pendingCalls, call.id);
          failThrown(call, error);
        },
      );
    } catch (error) {
      failThrown(call, error);
    }
  }

  return { __proto__: null, respondWith };
})();
