// One call of a Parse function: what it gets, its validator, and how its answer comes back.
//
// parse/serve.js and parse/webhook.js call `run`; the answer or error goes back to them.
//
// Invariant: a call is answered once; a second `success` or `error` throws into the function and changes nothing.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    Error,
    ObjectDefineProperty,
    Promise,
    PromisePrototypeThen,
    PromiseResolve,
  } = primordials;
  const { isParseError, scriptFailed, validationFailed } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { validate } = core.loadExtScript("ext:skep/dialects/parse/validators.js");
  const { rolesOf } = core.loadExtScript("ext:skep/dialects/parse/users.js");
  const host = core.loadExtScript("ext:skep/dialects/parse/host.js");

  const LEVELS = {
    __proto__: null,
    error: host.LEVEL_ERROR,
    warn: host.LEVEL_WARN,
    info: host.LEVEL_INFO,
    http: host.LEVEL_INFO,
    verbose: host.LEVEL_DEBUG,
    debug: host.LEVEL_DEBUG,
    silly: host.LEVEL_DEBUG,
  };

  /** `request.log`: each call is a line of the log. */
  function logOf(call) {
    const log = {};
    const write = (level, values) => {
      let text = "";
      for (let i = 0; i < values.length; i++) text += `${i === 0 ? "" : " "}${typeof values[i] === "string" ? values[i] : internals.inspect(values[i])}`;
      host.log(call, level, text);
    };
    for (const name in LEVELS) log[name] = (...values) => write(LEVELS[name], values);
    log.log = (name, ...values) => write(LEVELS[name] ?? host.LEVEL_INFO, values);
    return log;
  }

  /** What of Parse Server's configuration is known here. A function that logs or returns its request tells nobody the master key. */
  function configOf(state, headers, ip) {
    const { parse } = state.settings;
    const config = {
      applicationId: state.sdk.applicationId,
      javascriptKey: state.sdk.javascriptKey,
      serverURL: state.sdk.serverURL,
      mount: parse.mount,
      headers,
      ip,
    };
    ObjectDefineProperty(config, "masterKey", { __proto__: null, value: state.sdk.masterKey, writable: true, configurable: true });
    return config;
  }

  function requestOf(state, call, name, params, caller) {
    return {
      params,
      config: configOf(state, caller.headers, caller.ip),
      master: caller.auth.isMaster,
      isReadOnly: caller.auth.isReadOnly,
      user: caller.user,
      installationId: caller.auth.installationId,
      log: logOf(call),
      headers: caller.headers,
      ip: caller.ip,
      functionName: name,
      context: caller.auth.context,
    };
  }

  const AGAIN = "after response has already been sent. Make sure to call success() or error() only once per cloud function execution.";

  /** The second argument of a function with two parameters. `settle(ok, value)` ends the call. */
  function responderOf(settle) {
    const shape = { __proto__: null, status: null, headers: null, isSent: false };
    const end = (isSuccess, value) => {
      if (shape.isSent) throw new Error(`Cannot call ${isSuccess ? "success" : "error"}() ${AGAIN}`);
      shape.isSent = true;
      settle(isSuccess, value);
    };
    const responder = {
      success: (value) => end(true, value),
      error: (value) => end(false, value),
      status(code) {
        shape.status = code;
        return responder;
      },
      header(name, value) {
        (shape.headers ??= {})[name] = value;
        return responder;
      },
    };
    return { __proto__: null, responder, shape };
  }

  const success = (value, status, headers) => ({ __proto__: null, isSuccess: true, value, status, headers });
  const failure = (error) => ({ __proto__: null, isSuccess: false, error });

  /** Calls a function with two parameters: it may answer from wherever it likes. */
  function callWithResponder(handler, request, fail) {
    return new Promise((resolve) => {
      const { responder, shape } = responderOf((isSuccess, value) => resolve(isSuccess ? success(value, shape.status, shape.headers) : fail(value)));
      const returned = (value) => {
        // Without a value the call waits for the responder; the host ends it when nothing is left to wait for.
        if (shape.isSent || value === undefined) return;
        shape.isSent = true;
        resolve(success(value, shape.status, shape.headers));
      };
      const threw = (error) => {
        if (shape.isSent) host.logThrown(internals.trace.currentCall() ?? null, "a cloud function failed after its answer", error);
        shape.isSent = true;
        resolve(fail(error));
      };
      let result;
      try {
        result = PromiseResolve(handler(request, responder));
      } catch (error) {
        threw(error);
        return;
      }
      PromisePrototypeThen(result, returned, threw);
    });
  }

  /** Runs the validator and the function. Never rejects: returns a success or a failure. */
  async function run(state, call, name, params, caller) {
    const { handler, validator } = caller.entry;
    const request = requestOf(state, call, name, params, caller);
    try {
      await validate(validator, request, () => rolesOf(state, caller.user, caller.auth));
    } catch (error) {
      return failure(validationFailed(error, state.sdk));
    }
    const fail = (error) => {
      if (!isParseError(error, state.sdk)) host.logThrown(call, `Failed running cloud function ${name}`, error);
      return failure(scriptFailed(error, state.sdk));
    };
    if (handler.length >= 2) return await callWithResponder(handler, request, fail);
    try {
      return success(await handler(request), null, null);
    } catch (error) {
      return fail(error);
    }
  }

  return { __proto__: null, logOf, requestOf, run };
})();
