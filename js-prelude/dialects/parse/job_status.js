// The statuses of jobs: what a job says of itself, and what `_JobStatus` is asked for.
//
// parse/job.js writes them, parse/other.js and parse/rest.js ask. The host keeps them for all instances, and for the next process
// (op_skep_job_order, op_skep_job_note, op_skep_job_update, op_skep_job_list).
//
// Invariant: an application has no more than 1,000 that have ended, and only a caller with the master key gets here.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_job_list } = core.ops;
  const {
    ArrayIsArray,
    ArrayPrototypeIncludes,
    ArrayPrototypePush,
    ArrayPrototypeReverse,
    ArrayPrototypeSlice,
    Date,
    DatePrototypeToISOString,
    ObjectKeys,
  } = primordials;

  const KEPT_MAX = 1_000;
  const LIMIT = 100;
  const OBJECT_NOT_FOUND = 101;
  const INVALID_QUERY = 102;

  /** Members that a query may compare. */
  const ASKED = ["objectId", "jobName", "status", "source"];

  const records = () => internals.parseJson(op_skep_job_list());

  const iso = (ms) => DatePrototypeToISOString(new Date(ms));

  /** A record as Parse Server shows it. */
  function shown(record) {
    const status = {
      objectId: record.id,
      createdAt: iso(record.created),
      updatedAt: iso(record.updated),
      jobName: record.name,
      source: record.source,
      status: record.status,
      params: internals.parseJson(record.params),
    };
    if (record.message !== "") status.message = record.message;
    if (record.finished !== null) status.finishedAt = { __type: "Date", iso: iso(record.finished) };
    return status;
  }

  const failure = (status, code, error) => ({ __proto__: null, status, body: { code, error } });

  /** The status of one job. */
  function get(id) {
    const all = records();
    for (let i = 0; i < all.length; i++) if (all[i].id === id) return { __proto__: null, status: 200, body: shown(all[i]) };
    return failure(404, OBJECT_NOT_FOUND, "Object not found.");
  }

  const isKnown = (id) => get(id).status === 200;

  /** Whether a value of a status is what a query wants: a value, one of a list, or not a value. */
  function fits(value, wanted) {
    if (wanted === null || typeof wanted !== "object") return value === wanted;
    const names = ObjectKeys(wanted);
    for (let i = 0; i < names.length; i++) {
      const operand = wanted[names[i]];
      if (names[i] === "$eq" ? value !== operand : names[i] === "$ne" ? value === operand : !(ArrayIsArray(operand) && ArrayPrototypeIncludes(operand, value))) return false;
    }
    return true;
  }

  /** What cannot be asked for; null if all can. */
  function unknownOf(where) {
    const names = ObjectKeys(where);
    for (let i = 0; i < names.length; i++) {
      const wanted = where[names[i]];
      if (!ArrayPrototypeIncludes(ASKED, names[i])) return names[i];
      if (wanted === null || typeof wanted !== "object") continue;
      const operators = ObjectKeys(wanted);
      for (let j = 0; j < operators.length; j++) if (!ArrayPrototypeIncludes(["$eq", "$ne", "$in"], operators[j])) return operators[j];
    }
    return null;
  }

  /** The statuses that a query wants: `{ where, limit, skip, order, count }`. */
  function find(query) {
    const where = query.where ?? {};
    const unknown = unknownOf(where);
    if (unknown !== null) return failure(400, INVALID_QUERY, `a query of _JobStatus cannot compare ${unknown}`);
    const names = ObjectKeys(where);
    const all = records();
    const found = [];
    for (let i = 0; i < all.length; i++) {
      const status = shown(all[i]);
      let isWanted = true;
      for (let j = 0; j < names.length; j++) isWanted &&= fits(status[names[j]], where[names[j]]);
      if (isWanted) ArrayPrototypePush(found, status);
    }
    if (query.order !== "-createdAt") ArrayPrototypeReverse(found);
    const skip = +query.skip > 0 ? +query.skip : 0;
    const limit = query.limit === undefined ? LIMIT : +query.limit >= 0 ? +query.limit : KEPT_MAX;
    const body = { results: ArrayPrototypeSlice(found, skip, skip + limit) };
    if (query.count) body.count = found.length;
    return { __proto__: null, status: 200, body };
  }

  return { __proto__: null, find, get, isKnown };
})();
