// The requests of the SDK: to functions and jobs of this host without a socket, and all others to `server_url`.
//
// The SDK calls `request` and `ajax` as its RESTController; functions of the host are called by way of dispatch/call_function.js, a Parse
// Server by the host's fetch.
//
// Invariant: a key of the host leaves it only for `server_url`, or the server that the function itself names.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypeIncludes,
    Error,
    JSONStringify,
    MathPow,
    MathRandom,
    MathRound,
    Promise,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    StringPrototypeToLowerCase,
    encodeURIComponent,
    TypeError,
  } = primordials;
  const { callFunction } = core.loadExtScript("ext:skep/dispatch/call_function.js");
  const { functionOf } = core.loadExtScript("ext:skep/dialects/parse/host.js");
  const { urlOf } = core.loadExtScript("ext:skep/dialects/parse/users.js");
  const { setTimeout } = core.loadExtScript("ext:deno_web/02_timers.js");

  const ATTEMPTS = 5;
  const REDIRECTS = [301, 302, 303, 307, 308];
  const REDIRECTS_MAX = 5;
  const JOB_ID = "x-parse-job-status-id";

  const CONNECTION_FAILED = 100;
  const COMMAND_UNAVAILABLE = 108;
  const SCRIPT_FAILED = 141;

  /** The request's body: the data, and what Parse Server reads beside it. */
  function payloadOf(config, method, data, options) {
    const payload = {};
    if (data !== null && typeof data === "object") for (const key in data) payload[key] = data[key];
    if (options.context !== undefined) payload._context = options.context;
    if (method !== "POST") payload._method = method;
    payload._ApplicationId = config.get("APPLICATION_ID");
    if (config.get("JAVASCRIPT_KEY")) payload._JavaScriptKey = config.get("JAVASCRIPT_KEY");
    payload._ClientVersion = config.get("VERSION");
    if (options.useMasterKey ?? config.get("USE_MASTER_KEY")) {
      if (!config.get("MASTER_KEY")) throw new Error("Cannot use the Master Key, it has not been provided.");
      delete payload._JavaScriptKey;
      payload._MasterKey = config.get("MASTER_KEY");
    }
    if (options.useMaintenanceKey) payload._MaintenanceKey = config.get("MAINTENANCE_KEY");
    if (config.get("FORCE_REVOCABLE_SESSION")) payload._RevocableSession = "1";
    if (typeof options.installationId === "string" && options.installationId !== "") payload._InstallationId = options.installationId;
    if (typeof options.sessionToken === "string" && options.sessionToken !== "") payload._SessionToken = options.sessionToken;
    return payload;
  }

  /** What of this host answers a request: the name of the function of Skep, and the path at which it is asked. Null: nothing does. */
  function targetOf(state, method, path) {
    if (method !== "POST") return null;
    const plain = path[0] === "/" ? StringPrototypeSlice(path, 1) : path;
    const isJob = StringPrototypeStartsWith(plain, "jobs/");
    if (!isJob && !StringPrototypeStartsWith(plain, "functions/")) return null;
    // The SDK does not encode the name.
    const name = StringPrototypeSlice(plain, isJob ? 5 : 10);
    const found = functionOf(state, name, isJob);
    return { __proto__: null, function: found, name, path: `/${isJob ? "jobs" : "functions"}/${encodeURIComponent(name)}` };
  }

  /** Calls a function of this host. Returns what `ajax` returns. */
  async function callHere(state, target, text) {
    const call = internals.trace.currentCall();
    if (call === undefined) throw new TypeError("Parse.Cloud.run works only while a request is handled");
    const response = await callFunction(call, target.function, target.path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text,
    });
    const json = await jsonOf(response);
    if (response.status < 400) {
      const id = response.headers.get(JOB_ID);
      return { status: response.status, response: json, headers: id === null ? {} : { "X-Parse-Job-Status-Id": id } };
    }
    throw errorOfFault(response, json);
  }

  // The codes of faults, as functions/README.md lists them.
  const FAULT_CODES = {
    __proto__: null,
    cpu_limit: 124,
    wall_limit: 124,
    memory_limit: 140,
    overloaded: 155,
    draining: 100,
    instance_lost: 100,
    boot_failed: 1,
    quarantined: 1,
  };

  /** A fault of the host as an error of Parse; an error of the function as it is. */
  function errorOfFault(response, json) {
    const fault = response.headers.get("x-skep-fault");
    if (fault === null || typeof json.error !== "object" || json.error === null) return json;
    return { code: FAULT_CODES[fault] ?? SCRIPT_FAILED, error: `${fault}: ${json.error.message}` };
  }

  async function jsonOf(response) {
    const text = await response.text();
    try {
      return internals.parseJson(text);
    } catch {
      return { code: CONNECTION_FAILED, error: `the answer with status ${response.status} is not JSON` };
    }
  }

  /** Asks for the jobs of this host; null if the request is for something else. */
  function askJobs(state, method, path, payload) {
    const plain = path[0] === "/" ? path : `/${path}`;
    const { answerOfJobs, isOfJobs, isOfServer } = core.loadExtScript("ext:skep/dialects/parse/other.js");
    if (!isOfJobs(plain) || state.sdk.CoreManager.get("SERVER_URL") && isOfServer(plain, payload)) return null;
    const answer = answerOfJobs(state, method, plain, payload, "", payload._MasterKey !== undefined);
    if (answer === null) return null;
    if (answer.status >= 400) throw answer.body;
    return { status: answer.status, response: answer.body, headers: {} };
  }

  /** Headers that the server exposes, as browsers see them. */
  function exposedHeaders(response) {
    const headers = {};
    const names = StringPrototypeSplit(response.headers.get("access-control-expose-headers") ?? "", ", ");
    for (let i = 0; i < names.length; i++) {
      if (names[i] !== "" && response.headers.has(names[i])) headers[names[i]] = response.headers.get(names[i]);
    }
    return headers;
  }

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** One request over the network, repeated while the server has an error of its own. */
  async function ajax(state, method, url, data, headers, options) {
    const controller = new state.AbortController();
    options?.requestTask?.(controller);
    const isStream = data !== null && typeof data === "object" && typeof data.getReader === "function";
    const init = { method, headers: { "content-type": "text/plain", ...lowerCase(headers) }, signal: controller.signal, redirect: "manual" };
    if (data) init.body = data;
    if (isStream) init.duplex = "half";
    for (let attempt = 1;; attempt++) {
      const response = await state.fetch(url, init);
      const { status } = response;
      if (ArrayPrototypeIncludes(REDIRECTS, status)) {
        return { status, location: response.headers.get("location"), method: status === 303 ? "GET" : method, dropBody: status === 303 };
      }
      if (status >= 200 && status < 300) return { status, response: await jsonOf(response), headers: exposedHeaders(response) };
      if (status < 500 || isStream || attempt >= ATTEMPTS) throw await jsonOf(response);
      await response.body?.cancel();
      await pause(MathRound(MathRandom() * 125 * MathPow(2, attempt)));
    }
  }

  function lowerCase(headers) {
    const lower = {};
    for (const name in headers) lower[StringPrototypeToLowerCase(name)] = headers[name];
    return lower;
  }

  /** A request over the network, and where it is led to. */
  async function askServer(state, base, path, text, options) {
    let answer = await ajax(state, "POST", urlOf(base, path[0] === "/" ? path : `/${path}`), text, {}, options);
    for (let i = 0; i < REDIRECTS_MAX && answer.location; i++) {
      answer = await ajax(state, answer.method, answer.location, answer.dropBody ? undefined : text, {}, options);
    }
    return answer;
  }

  /** What the SDK gets for a request that failed: an error of Parse, always. */
  function errorOf(sdk, thrown) {
    if (thrown instanceof sdk.Error) return thrown;
    const text = thrown?.error ?? thrown?.message;
    if (thrown?.code !== undefined || text !== undefined) return new sdk.Error(thrown.code ?? CONNECTION_FAILED, text);
    return new sdk.Error(CONNECTION_FAILED, `the request failed: ${JSONStringify(thrown)}`);
  }

  /** Why a request has nobody that could answer it. */
  function unanswered(sdk, target, method, path) {
    if (target === null) return new sdk.Error(COMMAND_UNAVAILABLE, `${method} /${path} needs a Parse Server: set server_url under [parse]`);
    const isJob = StringPrototypeStartsWith(target.path, "/jobs/");
    return new sdk.Error(SCRIPT_FAILED, isJob ? "Invalid job." : `Invalid function: "${target.name}"`);
  }

  /** Sends a request to whoever answers it: a function of this host, the host, or the Parse Server. */
  async function send(state, method, path, payload, options) {
    const { sdk } = state;
    const text = JSONStringify(payload);
    const target = targetOf(state, method, path);
    if (target === null) {
      const answer = askJobs(state, method, path, payload);
      if (answer !== null) return answer;
    } else if (target.function !== null) {
      return await callHere(state, target, text);
    }
    const base = sdk.CoreManager.get("SERVER_URL");
    if (!base) throw unanswered(sdk, target, method, path);
    payload._InstallationId ??= await sdk.CoreManager.getInstallationController().currentInstallationId();
    return await askServer(state, base, path, JSONStringify(payload), options);
  }

  /** The SDK's RESTController. */
  function controllerOf(state) {
    const request = async (method, path, data, given) => {
      const options = given ?? {};
      // Without the key that it asks for, a request is never sent.
      const payload = payloadOf(state.sdk.CoreManager, method, data, options);
      try {
        const { response, status, headers } = await send(state, method, path, payload, options);
        return options.returnStatus ? { ...response, _status: status, _headers: headers } : response;
      } catch (error) {
        throw errorOf(state.sdk, error);
      }
    };
    return {
      request,
      ajax: (method, url, data, headers, options) => ajax(state, method, url, data, headers, options),
      handleError: async (error) => {
        throw errorOf(state.sdk, error);
      },
    };
  }

  return { __proto__: null, controllerOf };
})();
