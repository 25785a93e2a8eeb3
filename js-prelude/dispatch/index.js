// The only entry that Rust calls: a call in, an answer out.
//
// Each isolate loads it after the snapshot, with the other parts of dispatch/, so that their ops are V8 fast calls. Rust calls
// `setIdentity`, `load` (evaluate the module), then `dispatch` once per call, and `abort` for a call whose client left. respond.js answers.
//
// Invariant: Rust watches no promise of a handler, and nothing that a handler throws leaves `dispatch` or `abort`.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypePush,
    MapPrototypeDelete,
    MapPrototypeGet,
    MapPrototypeSet,
    ObjectPrototypeIsPrototypeOf,
    PromisePrototype,
    PromisePrototypeThen,
    PromiseResolve,
    SafePromiseAll,
  } = primordials;
  const { setAsyncContext } = core;
  const { Request } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const { Response, ResponsePrototype } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");
  const { builtInNames, instance, load, pendingCalls, setIdentity } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { Call } = core.loadExtScript("ext:skep/dispatch/call.js");
  const { BODY_CHECK, BODY_NONE, BODY_SCHEDULED, makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { abandon } = core.loadExtScript("ext:skep/dispatch/stream.js");
  const { failBadResponse, failThrown, replyText, sendResult, TEXT } = core.loadExtScript("ext:skep/dispatch/respond.js");

  /** The status that tells a release that the version exports no `check` (NO_CHECK in release/check). */
  const NO_CHECK = 204;

  /** Hands a call to the handler. Its answer leaves now if the handler returns a value, else when its promise settles. */
  function dispatch(id, method, bodyKind) {
    const call = new Call(id);
    const isRequest = bodyKind < BODY_CHECK;
    const finish = isRequest ? sendResult : bodyKind === BODY_SCHEDULED ? reportScheduled : reportCheck;
    setAsyncContext(call);
    try {
      const { handle } = instance; // Called without a receiver, as in runCheck.
      if (instance.answersItself && isRequest) {
        handle(call, method, bodyKind);
        return;
      }
      const result = isRequest ? handle(makeRequest(call, method, bodyKind), call) : bodyKind === BODY_SCHEDULED ? runScheduled(call) : runCheck(call);
      if (ObjectPrototypeIsPrototypeOf(PromisePrototype, result) || typeof result?.then === "function") {
        MapPrototypeSet(pendingCalls, id, call);
        PromisePrototypeThen(
          PromiseResolve(result),
          (value) => {
            MapPrototypeDelete(pendingCalls, id);
            finish(call, value);
            if (!call.isStreaming) call.end(null);
          },
          (error) => {
            MapPrototypeDelete(pendingCalls, id);
            failThrown(call, error);
            call.end(null);
          },
        );
      } else {
        finish(call, result);
        if (!call.isStreaming) call.end(null);
      }
    } catch (error) {
      failThrown(call, error);
      call.end(null);
    } finally {
      setAsyncContext(undefined);
    }
  }

  /** Calls the exported `check(ctx)`. */
  function runCheck(call) {
    call.request = new Request("http://check/"); // No code sees it; its signal aborts like any other's.
    const { checkHandler } = instance; // Called without a receiver: a function never sees `instance`.
    return checkHandler === null ? new Response(null, { status: NO_CHECK }) : checkHandler(call.context());
  }

  /** `false`, an answer that is not 2xx and an error reject the version; anything else is consent. */
  function reportCheck(call, result) {
    if (result === false) failBadResponse(call, "check() returned false");
    else if (ObjectPrototypeIsPrototypeOf(ResponsePrototype, result)) sendResult(call, result);
    else replyText(call, 200, TEXT, "");
  }

  /** A schedule is due. */
  function runScheduled(call) {
    return core.loadExtScript("ext:skep/dispatch/scheduled.js").run(call);
  }

  /** What a handler of a schedule returns means nothing. */
  function reportScheduled(call) {
    replyText(call, 200, TEXT, "");
  }

  /** The client left before the answer, or a limit answered for the function: `request.signal` fires. */
  function abort(id) {
    const call = MapPrototypeGet(pendingCalls, id);
    if (call === undefined) return;
    setAsyncContext(call);
    try {
      abandon(call);
    } catch (error) {
      reportError(error);
    } finally {
      setAsyncContext(undefined);
    }
  }

  /** Waits until the calls that are under way now are over. */
  internals.openCalls = () => {
    const over = [];
    const noop = () => {};
    pendingCalls.forEach((call) => ArrayPrototypePush(over, PromisePrototypeThen(call.completed(), noop, noop)));
    return SafePromiseAll(over);
  };

  /** Nothing is left that could answer the call: a dialect may answer now, and what it does not answer never settles. */
  function settle(id) {
    const onIdle = MapPrototypeGet(pendingCalls, id)?.onIdle ?? null;
    if (onIdle === null) return;
    setAsyncContext(MapPrototypeGet(pendingCalls, id));
    try {
      onIdle();
    } catch (error) {
      reportError(error);
    } finally {
      setAsyncContext(undefined);
    }
  }

  /** Runs the path of a call once, before the isolate has a function: the first real call finds its code compiled. No call has id 0. */
  function warm() {
    const sync = () => Response.json({ warm: true });
    const later = async (request) => new Response(request.method, { headers: { "content-type": "text/plain" } });
    for (const handler of [sync, later]) {
      instance.handle = handler;
      dispatch(0, "GET", BODY_NONE);
    }
    instance.handle = null;
  }

  return { setIdentity, builtInNames, load, dispatch, abort, settle, warm, env: () => instance.env };
})();
