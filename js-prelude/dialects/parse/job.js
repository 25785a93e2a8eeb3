// Jobs: started at once, answered at once, and run after that.
//
// parse/serve.js calls `startJob` for a caller with the master key. The host keeps the status (parse/job_status.js) and the limits of a job.
//
// Invariant: a job that began has an end: what its function returns or throws, or what the host says.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ErrorPrototype,
    JSONStringify,
    ObjectPrototypeIsPrototypeOf,
    PromisePrototypeThen,
    PromiseResolve,
    Uint8Array,
  } = primordials;
  const { sendJson } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { logThrown } = core.loadExtScript("ext:skep/dialects/parse/host.js");
  const { started, update } = core.loadExtScript("ext:skep/dialects/parse/job_status.js");
  const { logOf } = core.loadExtScript("ext:skep/dialects/parse/run.js");

  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const ID_LENGTH = 10;
  /** The largest multiple of 62 in a byte: above it, some letters would be more frequent. */
  const FAIR = 248;

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

  function paramsText(params) {
    try {
      return JSONStringify(params) ?? "{}";
    } catch {
      return "{}";
    }
  }

  /** Answers, and runs the job as work of the same call. */
  function startJob(state, call, name, params, caller) {
    const id = newId();
    started(call, id, name, paramsText(params));
    const request = {
      params,
      log: logOf(call),
      headers: caller.headers,
      ip: caller.ip,
      jobName: name,
      jobId: id,
      message: (text) => typeof text === "string" && text !== "" ? update(id, "running", text) : PromiseResolve(undefined),
    };
    const { handler } = caller.entry;
    const work = PromisePrototypeThen(PromiseResolve(undefined), () => handler(request));
    const done = PromisePrototypeThen(work, (value) => update(id, "succeeded", messageOf(value)), (error) => {
      logThrown(call, `Job ${name} failed`, error);
      return update(id, "failed", messageOf(error));
    });
    // The answer must not end the call.
    call.waitUntil(done);
    sendJson(call, 200, "{}", { "X-Parse-Job-Status-Id": id });
  }

  return { __proto__: null, startJob };
})();
