// The only entry that Rust calls: a call in, an answer out.
//
// It runs into the snapshot with the other parts of dispatch/. Rust calls `setIdentity`, `load` (evaluate the module), then `dispatch` once
// per call, and `abort` for a call whose client left. respond.js answers. The snapshot holds no op that V8 calls directly: the instance gets
// these when it is called often.
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
  const { Response, ResponsePrototype } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { reportError } = core.loadExtScript("ext:deno_web/02_event.js");
  const { builtInNames, instance, load, pendingCalls, setIdentity, warm: warmBoot } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { Call } = core.loadExtScript("ext:skep/dispatch/call.js");
  const { BODY_CHECK, BODY_NONE, BODY_SCHEDULED, makeRequest } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { abandon, bind: bindStream } = core.loadExtScript("ext:skep/dispatch/stream.js");
  const { bind: bindAnswer, failBadResponse, failThrown, replyText, sendResult, TEXT } = core.loadExtScript("ext:skep/dispatch/respond.js");

  /** The status that tells a release that the version exports no `check` (NO_CHECK in release/check). */
  const NO_CHECK = 204;

  /** Calls of an instance before it gets the fast ops. */
  const CALLS_UNTIL_FAST = 64;
  let callsLeft = CALLS_UNTIL_FAST;

  const { op_skep_reply_text: slow } = core.ops;

  function bind(ops) {
    bindStream(ops);
    bindAnswer(ops);
  }

  /**
   * One of the first calls. deno_core makes the fast ops, hundreds of them, when the first script after the snapshot is asked for: 0.3 ms and
   * 0.1 MB, which a function that is seldom called does without, unless what it uses is such a script.
   */
  function countCall() {
    callsLeft--;
    if (callsLeft === 0) core.ops.op_load_ext_script("ext:skep/dispatch/index.js");
    if (core.ops.op_skep_reply_text === slow) return;
    callsLeft = 0;
    bind(core.ops);
  }

  /** Hands a call to the handler. Its answer leaves now if the handler returns a value, else when its promise settles. */
  function dispatch(id, method, bodyKind) {
    if (callsLeft > 0) countCall();
    const call = new Call(id);
    const isRequest = bodyKind < BODY_CHECK;
    const finish = isRequest ? sendResult : bodyKind === BODY_SCHEDULED ? reportScheduled : reportCheck;
    setAsyncContext(call);
    try {
      const { handle } = instance; // Called without a receiver, as in runCheck.
      const result = isRequest ? handle(call, method, bodyKind) : bodyKind === BODY_SCHEDULED ? runScheduled(call) : runCheck(call);
      if (instance.answersItself && isRequest) return;
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

  /**
   * One object of each class that `warm` makes objects of. V8 sizes the objects of a class for what its living ones have when the snapshot is
   * made: without one, each property of a later one would lie outside it.
   */
  const kept = [];

  function keep(object) {
    ArrayPrototypePush(kept, core.getAsyncContext(), object);
    return object;
  }

  /**
   * Runs the path of a module and of its calls while the snapshot is made: the first real ones find their code compiled. No call has id 0, and
   * none of these reaches Rust.
   */
  function warm() {
    const handlers = [
      () => "text",
      () => ({ warm: true }),
      () => keep(Response.json({ warm: true })),
      async (request, ctx) => keep(new Response(keep(request).method, { headers: { "content-type": typeof ctx } })),
    ];
    let answers = 0;
    const op_skep_reply_text = () => {
      if (++answers === handlers.length) bind({ __proto__: null });
      return true;
    };
    bind({ __proto__: null, op_skep_reply_text });
    for (let i = 0; i < handlers.length; i++) {
      instance.handle = warmBoot(handlers[i]);
      dispatch(0, "GET", BODY_NONE);
    }
    instance.handle = null;
    callsLeft = CALLS_UNTIL_FAST;
  }

  const entry = { __proto__: null, setIdentity, builtInNames, load, dispatch, abort, settle };
  return { entry, warm, env: () => instance.env };
})();
