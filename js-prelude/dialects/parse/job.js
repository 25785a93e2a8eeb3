// Jobs: ordered at once, answered at once, and run after that in a call of their own.
//
// parse/serve.js calls `orderJob` for a caller with the master key. The host calls the function for it, under the limits of a job;
// dispatch/scheduled.js hands that call to `runOrdered`, and one that a schedule has caused to `runScheduled`. The host keeps the status.
//
// Invariant: a job that began has an end: what its function returns or throws, or what the host says.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_job_input, op_skep_job_note, op_skep_job_order, op_skep_job_update } = core.ops;
  const {
    ErrorPrototype,
    JSONStringify,
    MapPrototypeGet,
    MapPrototypeHas,
    ObjectPrototypeIsPrototypeOf,
    PromiseResolve,
    StringPrototypeSplit,
    TypeError,
    Uint8Array,
  } = primordials;
  const { sendJson } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { logThrown } = core.loadExtScript("ext:skep/dialects/parse/host.js");
  const { paramsOf } = core.loadExtScript("ext:skep/dialects/parse/body.js");
  const { logOf } = core.loadExtScript("ext:skep/dialects/parse/run.js");

  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const ID_LENGTH = 10;
  /** The largest multiple of 62 in a byte: above it, some letters would be more frequent. */
  const FAIR = 248;

  const REQUEST_LIMIT_EXCEEDED = 155;

  /** A new id, of letters and digits. */
  function newId() {
    const { crypto } = core.loadExtScript("ext:deno_crypto/00_crypto.js");
    let id = "";
    while (id.length < ID_LENGTH) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      for (let i = 0; i < 16 && id.length < ID_LENGTH; i++) if (bytes[i] < FAIR) id += LETTERS[bytes[i] % 62];
    }
    return id;
  }

  /** The message of a status: a text, or that of an error. Getters of the function run here. */
  function messageOf(value) {
    try {
      if (typeof value === "string") return value;
      if (ObjectPrototypeIsPrototypeOf(ErrorPrototype, value) && typeof value.message === "string") return value.message;
    } catch {
      // An error without a message.
    }
    return "";
  }

  const textOf = (params) => {
    try {
      return JSONStringify(params) ?? "{}";
    } catch {
      return "{}";
    }
  };

  /** Has the host run a job, and answers. `body` and `query`: what its parameters are made of. */
  function orderJob(state, call, name, body, query, caller) {
    const id = newId();
    const { headers, ip } = caller;
    const input = JSONStringify({ __proto__: null, body, query, headers, ip });
    const refusal = op_skep_job_order(call.id, id, name, textOf(paramsOf(body, null, query, state.sdk)), input);
    if (refusal === "") sendJson(call, 200, "{}", { "X-Parse-Job-Status-Id": id });
    // The job has not begun: an SDK may ask again.
    else sendJson(call, 503, JSONStringify({ __proto__: null, code: REQUEST_LIMIT_EXCEEDED, error: refusal }));
  }

  /** Runs the function of a job. The call fails only if its function does, and the host is told first how it ended. */
  async function runJob(call, id, name, handler, params, headers, ip) {
    const request = {
      params,
      log: logOf(call),
      headers,
      ip,
      jobName: name,
      jobId: id,
      message: (text) => {
        if (typeof text === "string" && text !== "") op_skep_job_update(id, "running", text);
        return PromiseResolve(undefined);
      },
    };
    let value;
    try {
      value = await handler(request);
    } catch (error) {
      logThrown(call, `Job ${name} failed`, error);
      op_skep_job_update(id, "failed", messageOf(error));
      return error;
    }
    op_skep_job_update(id, "succeeded", messageOf(value));
    return null;
  }

  function handlerOf(state, name) {
    const entry = MapPrototypeGet(state.jobs, name);
    if (entry === undefined) throw new TypeError(`the live version has no job ${name}`);
    return entry.handler;
  }

  const stateOfParse = () => core.loadExtScript("ext:skep/dialects/parse/global.js").state();

  /** The call of a job that `orderJob` has ordered. What its function throws is in its status and in the log. */
  async function runOrdered(call) {
    const state = stateOfParse();
    const { 0: id, 1: name, 2: input } = StringPrototypeSplit(op_skep_job_input(call.id), "\n");
    const { body, query, headers, ip } = internals.parseJson(input);
    await runJob(call, id, name, handlerOf(state, name), paramsOf(body, null, query, state.sdk), headers, ip);
  }

  /** The call of a schedule that has the name of a job. */
  async function runScheduled(event, call) {
    const state = stateOfParse();
    const { name } = event;
    const handler = handlerOf(state, name);
    const id = newId();
    const refusal = op_skep_job_note(call.id, id, name, "{}");
    if (refusal !== "") throw new TypeError(refusal);
    const error = await runJob(call, id, name, handler, {}, {}, "127.0.0.1");
    if (error !== null) throw error;
  }

  /** Whether a schedule has the name of a job. */
  const isJob = (name) => {
    const state = stateOfParse();
    return state !== null && MapPrototypeHas(state.jobs, name);
  };

  return { __proto__: null, isJob, orderJob, runOrdered, runScheduled };
})();
