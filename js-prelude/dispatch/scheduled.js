// Schedules: what a module registers while it loads, and the call that a due schedule makes, or the order of a job of Parse.
//
// `Deno.cron` and the modules of other hosts register here; dispatch/boot.js lists what is registered, for Rust, and dispatch/index.js hands
// over the calls. Rust tells the moment of a call (op_skep_occurrence). The list is lines: for each schedule its name, its cron expression,
// its zone, and the pauses before repetitions, separated by commas.
//
// Invariant: such a call is over when its handler and everything that it gave to `waitUntil` are; the first of them that fails makes it fail.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_no_retry, op_skep_occurrence } = core.ops;
  const {
    ArrayIsArray,
    ArrayPrototypeEvery,
    ArrayPrototypeJoin,
    ArrayPrototypeMap,
    ArrayPrototypePush,
    Date,
    MapPrototypeGet,
    MapPrototypeGetSize,
    MapPrototypeHas,
    MapPrototypeSet,
    Promise,
    PromisePrototypeThen,
    PromiseResolve,
    RegExpPrototypeExec,
    SafeMap,
    StringPrototypeSlice,
    StringPrototypeSplit,
    TypeError,
  } = primordials;
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");

  /** Most schedules of a module: `SCHEDULES_MAX` of function/manifest. */
  const SCHEDULES_MAX = 64;

  /** Most repetitions of a failed call, and the longest pause before one: those of function/module_schedules.rs. */
  const REPETITIONS_MAX = 20;
  const PAUSE_MS_MAX = 86_400_000;

  /** Deno's limits, and its pauses for a schedule that names none. */
  const DENO_PAUSES_MAX = 5;
  const DENO_PAUSE_MS_MAX = 3_600_000;
  const DEFAULT_PAUSES = [100, 1_000, 5_000, 30_000, 60_000];

  /** The fields of a schedule that is written as an object, and the last value of each. */
  const FIELDS = [["minute", 59], ["hour", 23], ["dayOfMonth", 31], ["month", 12], ["dayOfWeek", 6]];

  // The lines of op_skep_occurrence.
  const NAME = 0;
  const EXPRESSION = 1;
  const DUE_MS = 2;
  const ATTEMPT = 3;
  const ID = 4;
  const LAST_MS = 5; // Empty if there was no moment before.
  const NEXT_MS = 6; // Empty if none comes after it.

  /** No text of a schedule is longer; Rust repeats one that it refuses in its reason. */
  const TEXT_MAX = 1_000;

  /** Name to handler: (event, call) => whatever. */
  const handlers = new SafeMap();
  const lines = [];
  let isListed = false;

  const shown = (name) => (typeof name === "string" ? StringPrototypeSlice(name, 0, TEXT_MAX) : typeof name);

  /**
   * Registers a schedule with its handler, `(event, call) => anything`. `event` has name, schedule, scheduledTime, attempt, id, lastTime and
   * nextTime. Throws once the module has loaded. Rust checks name, expression, zone and pauses.
   */
  function register({ name, schedule, timezone = "", pauses = [], handler }) {
    if (isListed) throw new TypeError(`the schedule "${shown(name)}" comes too late: register it while the module loads`);
    if (MapPrototypeHas(handlers, name)) throw new TypeError(`two schedules are called "${shown(name)}"`);
    // Rust reads all of the list before it counts.
    if (MapPrototypeGetSize(handlers) >= SCHEDULES_MAX) throw new TypeError(`the schedule "${shown(name)}" is one too many: a function may have ${SCHEDULES_MAX}`);
    const line = [name, schedule, timezone, ArrayPrototypeJoin(pauses, ",")];
    for (let i = 0; i < line.length; i++) {
      const isLine = typeof line[i] === "string" && line[i].length <= TEXT_MAX && RegExpPrototypeExec(/[\n\r]/, line[i]) === null;
      if (!isLine) throw new TypeError(`the schedule "${shown(name)}" is not one: its name, expression, zone and pauses are lines of at most ${TEXT_MAX} characters`);
      ArrayPrototypePush(lines, line[i]);
    }
    MapPrototypeSet(handlers, name, handler);
  }

  /** What is registered; nothing can be registered any more. */
  function list() {
    isListed = true;
    return ArrayPrototypeJoin(lines, "\n");
  }

  /** A field of `{ minute: 5, hour: { every: 2 } }` as text. */
  function fieldText(value, last) {
    if (value === undefined) return "*";
    if (typeof value === "number") return `${value}`;
    const { exact, start, end, every } = value;
    if (exact !== undefined) return ArrayIsArray(exact) ? ArrayPrototypeJoin(exact, ",") : `${exact}`;
    if (start === undefined && end === undefined && every !== undefined) return `*/${every}`;
    if (start === undefined) throw new TypeError("Deno.cron: a range of a schedule needs `start`, or `every` alone");
    return `${start}-${end ?? last}/${every ?? 1}`;
  }

  /** A schedule of Deno's as text: what is finer than its finest field is the first of it. */
  function expressionOf(schedule) {
    if (typeof schedule === "string") return schedule;
    if (schedule === null || typeof schedule !== "object") throw new TypeError("Deno.cron needs a schedule: a cron expression, or an object of its fields");
    let finest = 0;
    while (finest < FIELDS.length && schedule[FIELDS[finest][0]] === undefined) finest++;
    const texts = ArrayPrototypeMap(FIELDS, ({ 0: field, 1: last }, index) => {
      const isFiner = index < finest && finest < 4; // A weekday alone means every minute of it, as in Deno.
      if (isFiner) return field === "dayOfMonth" ? "1" : "0";
      return fieldText(schedule[field], last);
    });
    return ArrayPrototypeJoin(texts, " ");
  }

  /** `Deno.cron(name, schedule, options?, handler)`, or with the options behind the handler. */
  function denoCron(name, schedule, first, second) {
    const handler = typeof first === "function" ? first : second;
    const options = (typeof first === "function" ? second : first) ?? {};
    if (typeof name !== "string" || name === "") throw new TypeError("Deno.cron needs a name");
    if (typeof handler !== "function") throw new TypeError("Deno.cron needs a handler function");
    const { backoffSchedule = DEFAULT_PAUSES, timezone = "" } = options;
    if (!ArrayIsArray(backoffSchedule)) throw new TypeError("Deno.cron: backoffSchedule must be an array of milliseconds");
    const isWithinLimits = backoffSchedule.length <= DENO_PAUSES_MAX && ArrayPrototypeEvery(backoffSchedule, (pause) => pause <= DENO_PAUSE_MS_MAX);
    if (!isWithinLimits) throw new TypeError(`Deno.cron: backoffSchedule has at most ${DENO_PAUSES_MAX} pauses of at most ${DENO_PAUSE_MS_MAX} ms`);
    register({ name, schedule: expressionOf(schedule), timezone, pauses: backoffSchedule, handler: () => handler() });
    return new Promise(() => {}); // Deno's settles when its signal aborts.
  }

  /** What Workers' `scheduled` gets. */
  function controllerOf(event, call) {
    const { id } = call;
    return {
      cron: event.schedule,
      scheduledTime: event.scheduledTime,
      type: "scheduled",
      noRetry() {
        op_skep_no_retry(id);
      },
    };
  }

  /** What a plain function gets: the interval of Val Town, and what else is known. */
  function intervalOf(event) {
    const { attempt, lastTime, name, schedule, scheduledTime } = event;
    return { lastRunAt: lastTime === null ? undefined : new Date(lastTime), name, schedule, scheduledTime, attempt };
  }

  /** Calls what the module has for a schedule that it does not register. */
  function callExported(event, call) {
    const { runScheduled, scheduledHandler } = instance; // Called without a receiver: a function never sees `instance`.
    if (runScheduled !== null) return runScheduled(event, call);
    if (scheduledHandler === null) throw new TypeError(`the module has no handler for the schedule "${event.name}"`);
    if (typeof scheduledHandler === "function") return scheduledHandler(intervalOf(event), call.context());
    return scheduledHandler.scheduled(controllerOf(event, call), instance.env, call.context());
  }

  const timeOf = (text) => text === "" || text === undefined ? null : +text;

  /** The moment that a call is for. */
  function eventOf(call) {
    const line = StringPrototypeSplit(op_skep_occurrence(call.id), "\n");
    return {
      name: line[NAME],
      schedule: line[EXPRESSION],
      scheduledTime: +line[DUE_MS],
      attempt: +line[ATTEMPT],
      id: line[ID],
      lastTime: timeOf(line[LAST_MS]),
      nextTime: timeOf(line[NEXT_MS]),
    };
  }

  /** Whether no schedule is the cause, but the order of a job. */
  const isOrdered = (call) => op_skep_occurrence(call.id) === "";

  function runDue(call) {
    const event = eventOf(call);
    const handler = MapPrototypeGet(handlers, event.name) ?? callExported;
    return handler(event, call);
  }

  /** Calls the handler of a schedule that is due, or of a job. */
  async function run(call) {
    const work = [];
    let failure = null;
    const fail = (error) => {
      failure ??= { error };
    };
    // The call is still open: its limits are those of this work too.
    call.waitUntil = (promise) => {
      ArrayPrototypePush(work, PromisePrototypeThen(PromiseResolve(promise), undefined, fail));
    };
    try {
      await (isOrdered(call) ? core.loadExtScript("ext:skep/dialects/parse/job.js").runOrdered(call) : runDue(call));
    } catch (error) {
      fail(error);
    }
    for (let i = 0; i < work.length; i++) await work[i];
    if (failure !== null) throw failure.error;
  }

  internals.schedules = { __proto__: null, list };
  return { __proto__: null, denoCron, PAUSE_MS_MAX, register, REPETITIONS_MAX, run };
})();
