// Requests of an application that ask for no function: its health, its jobs, and what needs Parse Server's data layer.
//
// parse/serve.js passes them after the keys were checked, parse/rest.js those of the SDK inside of a function.
//
// Invariant: what Skep has not is told with the words that open it.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypePush,
    JSONStringify,
    MapPrototypeHas,
    RegExpPrototypeExec,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
  } = primordials;
  const { sendError, sendJson, sendText } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { namesOf } = core.loadExtScript("ext:skep/dialects/parse/cloud.js");
  const { parseQuery } = core.loadExtScript("ext:skep/dialects/parse/query.js");
  const jobs = core.loadExtScript("ext:skep/dialects/parse/job_status.js");

  const COMMAND_UNAVAILABLE = 108;
  const OPERATION_FORBIDDEN = 119;
  const INVALID_JSON = 107;

  const JOB_STATUS = "/classes/_JobStatus";
  const JOBS_DATA = "/cloud_code/jobs/data";
  const SCHEDULES = "/cloud_code/jobs";

  /** What Parse Server has below its mount. */
  const OF_PARSE =
    /^\/(?:aggregate|apps|batch|challenge|classes|cloud_code|config|events|files|graphql-config|hooks|installations|login|loginAs|logout|logs|purge|push|push_audiences|requestPasswordReset|roles|schemas|scriptlog|security|serverInfo|sessions|upgradeToRevocableSession|users|validate_purchase|verificationEmailRequest|verifyPassword)(?:\/|$)/;

  const isOfJobs = (path) => path === JOBS_DATA || path === SCHEDULES || path === JOB_STATUS || StringPrototypeStartsWith(path, `${JOB_STATUS}/`);

  const failure = (status, body) => ({ __proto__: null, status, body });

  /** The query of a request: in the body of an SDK, or in the url. */
  function queryOf(body, text) {
    const query = { ...parseQuery(text, false), ...body };
    if (typeof query.where === "string") query.where = internals.parseJson(query.where);
    return query;
  }

  /** The schedules of function.toml that run or start a job of this folder, as Parse Server shows those of its dashboard. */
  function schedulesOf({ jobs: registered, settings }) {
    const found = [];
    const { mount } = settings.parse;
    for (let i = 0; i < settings.schedules.length; i++) {
      const { expression, name, path } = settings.schedules[i];
      const prefix = path === null ? "" : StringPrototypeStartsWith(path, `${mount}/jobs/`) ? `${mount}/jobs/` : "/jobs/";
      const jobName = path === null ? name : StringPrototypeStartsWith(path, prefix) ? StringPrototypeSlice(path, prefix.length) : "";
      if (MapPrototypeHas(registered, jobName)) ArrayPrototypePush(found, { objectId: name, jobName, description: expression, params: "{}" });
    }
    return found;
  }

  /** Answers what is asked of jobs: `{ status, body }`. Null: it is nothing of that. */
  function answerOfJobs(state, method, path, body, query, isMaster) {
    if (!isOfJobs(path) || method !== "GET") return null;
    if (!isMaster) {
      return path === JOBS_DATA || path === SCHEDULES
        ? failure(403, { error: "Permission denied" })
        : failure(400, { code: OPERATION_FORBIDDEN, error: "Permission denied" });
    }
    if (path === JOBS_DATA) return failure(200, { in_use: [], jobs: namesOf(state.jobs) });
    if (path === SCHEDULES) return failure(200, schedulesOf(state));
    if (path !== JOB_STATUS) return jobs.get(StringPrototypeSlice(path, JOB_STATUS.length + 1));
    try {
      return jobs.find(queryOf(body, query));
    } catch (error) {
      return failure(400, { code: INVALID_JSON, error: error.message });
    }
  }

  /** The id of the job that a request asks for; null if it asks for none. */
  function jobOf(path, body) {
    if (StringPrototypeStartsWith(path, `${JOB_STATUS}/`)) return StringPrototypeSlice(path, JOB_STATUS.length + 1);
    const id = body?.where?.objectId;
    return path === JOB_STATUS && typeof id === "string" ? id : null;
  }

  /** Whether the Parse Server of `server_url` answers a request of jobs: it does for jobs of its own. */
  function isOfServer(path, body) {
    if (path === JOBS_DATA || path === SCHEDULES) return false;
    const id = jobOf(path, body);
    return id === null || !jobs.isKnown(id);
  }

  /** Answers a request that asks for no function. */
  function answerOther(state, call, method, path, body, query, auth) {
    const answer = answerOfJobs(state, method, path, body, query, auth.isMaster);
    if (answer !== null) {
      sendJson(call, answer.status, JSONStringify(answer.body));
    } else if (RegExpPrototypeExec(OF_PARSE, path) !== null) {
      const text = `${method} ${path} needs Parse Server's data layer, which Skep has not: set server_url under [parse] to pass it on to a Parse Server`;
      sendError(call, { __proto__: null, code: COMMAND_UNAVAILABLE, error: text });
    } else {
      sendText(call, 404, `Cannot ${method} ${path}`);
    }
  }

  return { __proto__: null, answerOfJobs, answerOther, isOfJobs, isOfServer };
})();
