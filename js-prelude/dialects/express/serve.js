// Calls answered by a handler that gets Node's request and response: its body read and parsed before, its errors after.
//
// The dialects node, kubeless, fission, vercel, gcf and firebase make their handle here. The request and response come from
// node/http/call.js; application.js dresses them, bodies.js parses.
//
// Invariant: the handler runs once its body is parsed, and what it throws, whenever that is, fails the call or is reported.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_background, op_skep_header } = core.ops;
  const {
    Error,
    MapPrototypeDelete,
    MapPrototypeSet,
    ObjectPrototypeIsPrototypeOf,
    PromisePrototypeThen,
    PromiseResolve,
    RegExpPrototypeTest,
    TypedArrayPrototypeGetSymbolToStringTag,
    Uint8Array,
  } = primordials;
  internals.requireNode();
  const { begin } = core.loadExtScript("ext:skep/node/http/call.js");
  const { pendingCalls } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { BODY_NONE } = core.loadExtScript("ext:skep/dispatch/request.js");
  const { failBadResponse, failMalformed, failThrown, readBody } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { paramsOf } = core.loadExtScript("ext:skep/dialects/shared/route_params.js");
  const { dress, nextOf } = core.loadExtScript("ext:skep/dialects/express/application.js");
  const { bufferOf, parse } = core.loadExtScript("ext:skep/dialects/express/bodies.js");

  const MULTIPART = /^\s*multipart\//i;

  /** Thrown by a dialect for a body that its peer's parsers would refuse. */
  class MalformedBody extends Error {}

  /** Thrown by a dialect for what a handler returned. */
  class BadResponse extends Error {}

  /** Tells a client that its body cannot be read. */
  const tellMalformed = (call, error) => failMalformed(call, `${error?.message}`);
  const tellBadResponse = (call, error) => failBadResponse(call, error.message);

  /** How the error of a handler is told. */
  function tellerOf(error) {
    if (ObjectPrototypeIsPrototypeOf(MalformedBody.prototype, error)) return tellMalformed;
    return ObjectPrototypeIsPrototypeOf(BadResponse.prototype, error) ? tellBadResponse : failThrown;
  }

  /**
   * The handle of a dialect. `parsers` are those of its peer, or null: then `answer` parses. `readsMultipart`: whether forms with files are
   * read before the handler runs too. `answer(request, response, bytes, next, call)` calls the handler; `bytes` is a Buffer, or null if there
   * is no body or it was not read. What it returns, or its promise, is waited for.
   */
  function handleOf({ application, parsers, readsMultipart = false, answer }) {
    const server = internals.nodeBuiltIn("http").createServer();

    function handle(call, method, bodyKind) {
      // A body of no bytes is still one to the parsers: as JSON it is `{}`.
      if (bodyKind === BODY_NONE) return start(call, method, bodyKind, op_skep_header(call.id, "content-length") === "0" ? new Uint8Array(0) : null);
      if (!readsMultipart && RegExpPrototypeTest(MULTIPART, op_skep_header(call.id, "content-type") ?? "")) return start(call, method, bodyKind, null);
      const body = readBody(call, bodyKind);
      if (TypedArrayPrototypeGetSymbolToStringTag(body) === "Uint8Array") return start(call, method, bodyKind, body);
      return startLater(call, method, bodyKind, body);
    }

    /** The body is still on its way. */
    function startLater(call, method, bodyKind, reading) {
      MapPrototypeSet(pendingCalls, call.id, call);
      call.onLeave = () => {};
      const failed = (error) => {
        MapPrototypeDelete(pendingCalls, call.id);
        failThrown(call, error);
      };
      PromisePrototypeThen(
        reading,
        (body) => {
          try {
            start(call, method, bodyKind, body);
          } catch (error) {
            failed(error);
          }
        },
        failed,
      );
    }

    function start(call, method, bodyKind, body) {
      begin(server, call, method, bodyKind, { __proto__: null, body, answer: (request, response, fail) => prepare(call, request, response, body, fail) });
    }

    function prepare(call, request, response, body, fail) {
      const next = nextOf(request, response, fail);
      dress(application, request, response, next);
      request.params = paramsOf(call, request.path);
      const bytes = body === null ? null : bufferOf(body);
      if (parsers === null || bytes === null) {
        run(call, () => answer(request, response, bytes, next, call), fail);
        return;
      }
      parse(parsers, request, bytes, (error, parsed, rawBody) => {
        if (error !== null) return fail(error, tellMalformed);
        request.body = parsed;
        request.rawBody = rawBody;
        run(call, () => answer(request, response, bytes, next, call), fail);
      });
    }

    return handle;
  }

  /** Runs the handler; the call stays open, answered or not, until what it returns has settled. */
  function run(call, handler, fail) {
    const { id } = call;
    op_skep_background(id, true);
    let isPending = false;
    const done = () => op_skep_background(id, false);
    try {
      const result = handler();
      if (result !== null && (typeof result === "object" || typeof result === "function") && typeof result.then === "function") {
        PromisePrototypeThen(PromiseResolve(result), done, (error) => {
          fail(error, tellerOf(error));
          done();
        });
        isPending = true;
      }
    } catch (error) {
      fail(error, tellerOf(error));
    } finally {
      if (!isPending) done();
    }
  }

  return { __proto__: null, BadResponse, handleOf, MalformedBody };
})();
