// A request of the Parse dialect, from its head to its answer: keys, session, limits, then the function or job.
//
// parse/index.js passes each call; parse/run.js runs functions, parse/job.js jobs, parse/webhook.js what a Parse Server asks.
//
// Invariant: the order of the checks is Parse Server's, and no code of the function runs before the last of them.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_occurrence } = core.ops;
  const {
    ArrayPrototypeIncludes,
    ErrorPrototype,
    JSONStringify,
    MapPrototypeGet,
    ObjectPrototypeIsPrototypeOf,
  } = primordials;
  const exchange = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { encodeResult, INVALID_JSON, scriptFailed, sendError, sendJson, sendText } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { authenticate, BAD_CONTEXT, hasMasterKey, HOST, mayBeMaster, UNAUTHORIZED } = core.loadExtScript("ext:skep/dialects/parse/keys.js");
  const { isMultipart, paramsOf, parseBody } = core.loadExtScript("ext:skep/dialects/parse/body.js");
  const { headersOf, JOBS, methodOf, placeOf, routeOf, WEBHOOKS } = core.loadExtScript("ext:skep/dialects/parse/head.js");
  const { isFirst, warnOnce } = core.loadExtScript("ext:skep/dialects/parse/host.js");
  const { exceeded } = core.loadExtScript("ext:skep/dialects/parse/rate_limit.js");
  const { userOf } = core.loadExtScript("ext:skep/dialects/parse/users.js");
  const { run } = core.loadExtScript("ext:skep/dialects/parse/run.js");

  const OPERATION_FORBIDDEN = 119;
  const SCRIPT_FAILED = 141;
  const DUPLICATE_REQUEST = 159;

  const error = (code, text) => ({ __proto__: null, code, error: text });

  /** Answers what cannot be a call. Returns true if it did. */
  function refuseCaller(call, auth) {
    if (auth === UNAUTHORIZED) sendJson(call, 403, '{"error":"unauthorized"}');
    else if (auth === BAD_CONTEXT) sendError(call, error(INVALID_JSON, "Invalid object for context."));
    else return false;
    return true;
  }

  /** The one request of several with the same id that runs. */
  function isDuplicate(settings, route, headers) {
    const id = headers["x-parse-request-id"];
    const name = route.kind === JOBS ? `job:${route.name}` : route.name;
    if (!id || !ArrayPrototypeIncludes(settings.parse.idempotent ?? [], name)) return false;
    return !isFirst(`${settings.folder} request ${name} ${id}`);
  }

  /** The fields of a multipart body; null if it is none. Throws an error of Parse. */
  function filesOf(state, head, bytes) {
    if (!isMultipart(head.headers)) return null;
    const { parseMultipart } = core.loadExtScript("ext:skep/dialects/parse/multipart.js");
    try {
      return parseMultipart(head.headers["content-type"], bytes);
    } catch (failure) {
      throw new state.sdk.Error(INVALID_JSON, `Invalid multipart request: ${failure.message}`);
    }
  }

  async function serveFunction(state, call, route, head, body, bytes, caller) {
    const files = filesOf(state, head, bytes);
    if (caller.entry === undefined) {
      sendError(call, error(SCRIPT_FAILED, `Invalid function: "${route.name}"`));
      return;
    }
    const params = paramsOf(body, files, head.query, state.sdk);
    const result = await run(state, call, route.name, params, caller);
    if (!result.isSuccess) {
      sendError(call, result.error);
      return;
    }
    const text = encodeResult("result", result.value, state.encode);
    const { headers, status } = result;
    if (status !== null && !(status >= 200 && status <= 599)) throw `Invalid status code: ${status}`;
    sendJson(call, status ?? 200, text, headers);
  }

  function serveJob(state, call, route, head, body, caller) {
    if (!caller.auth.isMaster) {
      sendJson(call, 403, '{"error":"Permission denied"}');
    } else if (caller.auth.isReadOnly) {
      sendError(call, error(OPERATION_FORBIDDEN, "Permission denied"));
    } else if (caller.entry === undefined) {
      sendError(call, error(SCRIPT_FAILED, "Invalid job."));
    } else {
      const { orderJob } = core.loadExtScript("ext:skep/dialects/parse/job.js");
      orderJob(state, call, route.name, body, head.query, caller);
    }
  }

  /** The body, or the answer to one that is none. */
  function parsedBody(call, head, bytes) {
    try {
      return { __proto__: null, body: parseBody(head.headers, bytes) };
    } catch (failure) {
      sendError(call, error(INVALID_JSON, ObjectPrototypeIsPrototypeOf(ErrorPrototype, failure) ? failure.message : "the body is not JSON"));
      return null;
    }
  }

  /** What a route leads to; undefined if nothing has its name. */
  const entryOf = (state, route) => MapPrototypeGet(route.kind === JOBS ? state.jobs : state.functions, route.name);

  const isPost = (method, route) => route !== null && method === "POST";

  /** A call of a function or a job whose caller is known. */
  async function answerCall(state, call, route, head, body, bytes, auth, address) {
    const { settings } = state;
    const isJob = route.kind === JOBS;
    const entry = entryOf(state, route);
    const userIdOf = async () => (await userOf(state, auth))?.id;
    const limit = isJob ? undefined : entry?.validator?.rateLimit;
    const excess = limit ? await exceeded(settings.folder, route.name, limit, auth, address, userIdOf) : null;
    if (excess !== null) {
      sendJson(call, excess.status, JSONStringify({ __proto__: null, code: excess.code, error: excess.error }));
      return;
    }
    const user = await userOf(state, auth);
    if (isDuplicate(settings, route, head.headers)) {
      sendError(call, error(DUPLICATE_REQUEST, "Duplicate request"));
      return;
    }
    const caller = { __proto__: null, auth, user, entry, headers: { ...head.headers }, ip: address === "" ? "127.0.0.1" : address };
    if (isJob) serveJob(state, call, route, head, body, caller);
    else await serveFunction(state, call, route, head, body, bytes, caller);
  }

  /** Everything after the body has arrived. Returns false if the request is the Parse Server's. */
  async function answer(state, call, route, head, bytes, mayPassOn) {
    if (route !== null && route.kind === WEBHOOKS) {
      const { answerWebhook } = core.loadExtScript("ext:skep/dialects/parse/webhook.js");
      await answerWebhook(state, call, route.name, head, bytes, entryOf(state, route));
      return true;
    }
    const parsed = parsedBody(call, head, bytes);
    if (parsed === null) return true;
    const { body } = parsed;
    if (route !== null && route.name === null) route.name = body !== null && typeof body.jobName === "string" ? body.jobName : "";
    if (mayPassOn && (route === null ? other().isOfServer(head.rest, body) : entryOf(state, route) === undefined)) return false;
    const method = methodOf(head.method, body);
    const address = exchange.remoteAddress(call);
    // The host is the caller of a schedule: it needs no key.
    const auth = op_skep_occurrence(call.id) === "" ? authenticate(head.headers, body, state.keys, address) : HOST;
    if (refuseCaller(call, auth)) return true;
    if (state.keys.appId === null && !state.isWarned) {
      state.isWarned = true;
      warnOnce(state, "any application id is accepted: set app_id under [parse]");
    }
    if (isPost(method, route)) await answerCall(state, call, route, head, body, bytes, auth, address);
    else if (route === null) other().answerOther(state, call, method, head.rest, body, head.query, auth);
    else sendText(call, 404, `Cannot ${method} ${head.path}`);
    return true;
  }

  const other = () => core.loadExtScript("ext:skep/dialects/parse/other.js");

  /**
   * Passes a request on. The Parse Server sees the address of this host, so that which addresses may be masters is checked here. `read`: the
   * body, if it was read.
   */
  async function passOn(state, call, head, bodyKind, read) {
    let bytes = read;
    if (!mayBeMaster(state.keys, exchange.remoteAddress(call))) {
      bytes ??= await exchange.readBody(call, bodyKind);
      if (hasMasterKey(head.headers, bodyOf(head, bytes), state.keys)) {
        refuseCaller(call, UNAUTHORIZED);
        return;
      }
    }
    await core.loadExtScript("ext:skep/dialects/parse/pass_on.js").passOn(state, call, head, bodyKind, bytes);
  }

  /** The body, if it is one that can have keys. */
  function bodyOf(head, bytes) {
    try {
      return parseBody(head.headers, bytes);
    } catch {
      return null;
    }
  }

  /** Whether a request is the Parse Server's before its body is read: Skep has nothing of its address. */
  function isOfServer(state, route, rest) {
    if (route === null) return !other().isOfJobs(rest);
    return route.kind !== WEBHOOKS && route.name !== null && entryOf(state, route) === undefined;
  }

  /** Answers a call. */
  async function serve(state, call, method, bodyKind) {
    const flat = exchange.headOf(call, method);
    if (method === "OPTIONS") {
      sendText(call, 200, "OK");
      return;
    }
    const { isMounted, rest } = placeOf(flat.path, state.settings);
    if (rest === "/health") {
      sendJson(call, 200, '{"status":"ok"}');
      return;
    }
    const head = { __proto__: null, method, path: flat.path, rest, query: flat.query, flat: flat.headers, headers: headersOf(flat.headers) };
    const route = routeOf(rest);
    const mayPassOn = isMounted && !!state.settings.parse.serverUrl;
    const isPassedOn = mayPassOn && isOfServer(state, route, rest);
    // A body that is over its limit is a fault, which the host answers.
    const bytes = isPassedOn ? null : await exchange.readBody(call, bodyKind);
    try {
      if (isPassedOn || !(await answer(state, call, route, head, bytes, mayPassOn))) await passOn(state, call, head, bodyKind, bytes);
    } catch (failure) {
      // What a function threw is answered before; this is what its result or its parameters threw.
      sendError(call, scriptFailed(failure, state.sdk));
    }
  }

  return { __proto__: null, serve };
})();
