// A request of the Parse dialect, from its head to its answer: keys, session, limits, then the function or job.
//
// parse/index.js passes each call; parse/run.js runs functions, parse/job.js jobs, parse/webhook.js what a Parse Server asks.
//
// Invariant: the order of the checks is Parse Server's, and no code of the function runs before the last of them.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypeIncludes,
    decodeURIComponent,
    ErrorPrototype,
    JSONStringify,
    MapPrototypeGet,
    ObjectHasOwn,
    ObjectPrototypeIsPrototypeOf,
    ReflectDeleteProperty,
    StringPrototypeEndsWith,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    StringPrototypeToUpperCase,
  } = primordials;
  const exchange = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { encodeResult, INVALID_JSON, scriptFailed, sendError, sendJson, sendText } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { authenticate, BAD_CONTEXT, UNAUTHORIZED } = core.loadExtScript("ext:skep/dialects/parse/keys.js");
  const { isMultipart, paramsOf, parseBody } = core.loadExtScript("ext:skep/dialects/parse/body.js");
  const { isFirst, warnOnce } = core.loadExtScript("ext:skep/dialects/parse/host.js");
  const { exceeded } = core.loadExtScript("ext:skep/dialects/parse/rate_limit.js");
  const { userOf } = core.loadExtScript("ext:skep/dialects/parse/users.js");
  const { run } = core.loadExtScript("ext:skep/dialects/parse/run.js");

  const OPERATION_FORBIDDEN = 119;
  const SCRIPT_FAILED = 141;
  const DUPLICATE_REQUEST = 159;

  const FUNCTIONS = "/functions/";
  const JOBS = "/jobs/";
  const WEBHOOKS = "/webhooks/";

  const isWithin = (path, folder) => folder !== "" && folder !== "/" && StringPrototypeStartsWith(path, `${folder}/`);

  /** What a path asks for: `{ kind, name }`; null if nothing. The mount and the folder may stand before it. */
  function routeOf(path, settings) {
    if (isWithin(path, settings.parse.mount)) path = StringPrototypeSlice(path, settings.parse.mount.length);
    else if (isWithin(path, settings.folder)) path = StringPrototypeSlice(path, settings.folder.length);
    if (StringPrototypeStartsWith(path, "//")) path = StringPrototypeSlice(path, 1);
    if (StringPrototypeEndsWith(path, "/")) path = StringPrototypeSlice(path, 0, -1);
    if (path === "/jobs") return { __proto__: null, kind: JOBS, name: null };
    const kinds = [FUNCTIONS, JOBS, WEBHOOKS];
    for (let i = 0; i < kinds.length; i++) {
      if (!StringPrototypeStartsWith(path, kinds[i])) continue;
      const name = StringPrototypeSlice(path, kinds[i].length);
      if (name === "" || StringPrototypeIndexOf(name, "/") !== -1) return null;
      return { __proto__: null, kind: kinds[i], name: decodeName(name) };
    }
    return null;
  }

  function decodeName(name) {
    try {
      return decodeURIComponent(name);
    } catch {
      return name;
    }
  }

  /** The headers by name: lower case, values of one name joined. The function gets a copy. */
  function headersOf(flat) {
    const headers = { __proto__: null };
    for (let i = 0; i < flat.length; i += 2) {
      const name = flat[i];
      headers[name] = ObjectHasOwn(headers, name) ? `${headers[name]}${name === "cookie" ? "; " : ", "}${flat[i + 1]}` : flat[i + 1];
    }
    return headers;
  }

  /** `_method` of a body takes the place of POST. */
  function methodOf(method, body) {
    if (method !== "POST" || body === null || ArrayIsArray(body) || !ObjectHasOwn(body, "_method")) return method;
    const { _method } = body;
    ReflectDeleteProperty(body, "_method");
    return typeof _method === "string" && _method !== "" ? StringPrototypeToUpperCase(_method) : method;
  }

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
      const { startJob } = core.loadExtScript("ext:skep/dialects/parse/job.js");
      startJob(state, call, route.name, paramsOf(body, null, head.query, state.sdk), caller);
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

  /** Everything after the body has arrived. */
  async function answer(state, call, head, bytes) {
    const { settings } = state;
    const route = routeOf(head.path, settings);
    if (route !== null && route.kind === WEBHOOKS) {
      const { answerWebhook } = core.loadExtScript("ext:skep/dialects/parse/webhook.js");
      await answerWebhook(state, call, route.name, head, bytes, MapPrototypeGet(state.functions, route.name));
      return;
    }
    const parsed = parsedBody(call, head, bytes);
    if (parsed === null) return;
    const { body } = parsed;
    const method = methodOf(head.method, body);
    const address = exchange.remoteAddress(call);
    const auth = authenticate(head.headers, body, state.keys, address);
    if (refuseCaller(call, auth)) return;
    if (state.keys.appId === null && !state.isWarned) {
      state.isWarned = true;
      warnOnce(state, "any application id is accepted: set app_id under [parse]");
    }
    if (route === null || method !== "POST") {
      sendText(call, 404, `Cannot ${method} ${head.path}`);
      return;
    }
    if (route.name === null) route.name = body !== null && typeof body.jobName === "string" ? body.jobName : "";
    const isJob = route.kind === JOBS;
    const entry = MapPrototypeGet(isJob ? state.jobs : state.functions, route.name);
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

  /** Answers a call. */
  async function serve(state, call, method, bodyKind) {
    const flat = exchange.headOf(call, method);
    if (method === "OPTIONS") {
      sendText(call, 200, "OK");
      return;
    }
    const head = { __proto__: null, method, path: flat.path, query: flat.query, headers: headersOf(flat.headers) };
    const bytes = await exchange.readBody(call, bodyKind);
    try {
      await answer(state, call, head, bytes);
    } catch (failure) {
      // What a function threw is answered before; this is what its result or its parameters threw.
      sendError(call, scriptFailed(failure, state.sdk));
    }
  }

  return { __proto__: null, routeOf, serve };
})();
