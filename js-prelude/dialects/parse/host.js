// What the Parse dialect asks the host for: counts and names that are one for all instances, and lines of the log.
//
// Rust keeps them (op_skep_rate_limit, op_skep_parse_function); the other files of parse/ ask here. parse/job_status.js has the jobs.
//
// Invariant: every text that crosses is the host's own or bounded by the request, and a key begins with the folder that counts.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_log, op_skep_parse_function, op_skep_rate_limit } = core.ops;
  const { DateNow, MapPrototypeGet, MapPrototypeHas, MapPrototypeSet, SafeMap } = primordials;
  const { describe } = internals.errors;

  const LEVEL_DEBUG = 0;
  const LEVEL_INFO = 1;
  const LEVEL_WARN = 2;
  const LEVEL_ERROR = 3;

  /** How long the id of a request is remembered. */
  const REQUEST_ID_MS = 300_000;

  /** The windows of this instance, if the host has no counter. */
  const windows = new SafeMap();

  function countHere(key, windowMs, count) {
    const now = DateNow();
    let window = MapPrototypeGet(windows, key);
    if (window === undefined || window.ends <= now) {
      window = { __proto__: null, ends: now + windowMs, used: 0 };
      MapPrototypeSet(windows, key, window);
    }
    return ++window.used <= count;
  }

  /** Whether one more of `key` is within `count` in a window of `windowMs`. */
  const rateLimit = (key, windowMs, count) => op_skep_rate_limit === undefined ? countHere(key, windowMs, count) : op_skep_rate_limit(key, windowMs, count);

  /** Whether `key` was not seen in the last 300 seconds. */
  const isFirst = (key) => rateLimit(key, REQUEST_ID_MS, 1);

  /** The function of Skep that has the name of a Parse function (or, with `job:` before it, of a job); null if none has. */
  function functionOf(state, name, isJob) {
    // A name of this folder goes through the host too, so that limits and trace hold.
    if (MapPrototypeHas(isJob ? state.jobs : state.functions, name)) return state.settings.function;
    return op_skep_parse_function === undefined ? null : op_skep_parse_function(isJob ? `job:${name}` : name) || null;
  }

  /** A line of the log. Without a call: of the instance. */
  const log = (call, level, text) => op_skep_log(call === null ? 0 : call.id, level, `${text}\n`);

  const DAY_MS = 86_400_000;

  /** A warning that this version writes once a day, however many instances it has. */
  function warnOnce(state, text) {
    const { folder, version } = state.settings;
    if (rateLimit(`${folder} warns ${version} ${text}`, DAY_MS, 1)) log(null, LEVEL_WARN, text);
  }

  /** A line with the description of what was thrown. */
  const logThrown = (call, text, error) => log(call, LEVEL_ERROR, `${text}: ${describe(error, 10_000)}`);

  return {
    __proto__: null,
    functionOf,
    isFirst,
    LEVEL_DEBUG,
    LEVEL_ERROR,
    LEVEL_INFO,
    LEVEL_WARN,
    log,
    logThrown,
    rateLimit,
    warnOnce,
  };
})();
