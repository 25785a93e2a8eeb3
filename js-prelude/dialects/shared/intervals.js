// What schedules of other hosts have in common: intervals (`every 5 minutes` of Firebase, `00:05:00` of Azure) and sets of numbers in the fields
// of cron, and schedules that function.toml sets in their place.
//
// firebase/app_engine.js and azure/ncrontab.js ask, while a module loads.
//
// Invariant: a cron expression from here has exactly the moments of the interval; an interval that no expression has gives none.

(function () {
  const { primordials } = __bootstrap;
  const { ArrayPrototypeJoin, ArrayPrototypePush, ArrayPrototypeSome } = primordials;

  /** Stands for the expression of a schedule that function.toml sets. */
  const ANY_EXPRESSION = "@yearly";

  /** Whether function.toml has a `[[cron]]` of this name: it sets everything but the handler, so that the code's may be what cron cannot say. */
  const isSetByManifest = (settings, name) => ArrayPrototypeSome(settings.schedules, (schedule) => schedule.name === name);

  /** The way out for a schedule that cron cannot say, in a file that stays as it is. */
  const insteadOf = (name) => `a [[cron]] with name = "${name}" in function.toml takes its place`;

  const HOUR = 60;
  const DAY = 24 * HOUR;
  const WEEK = 7 * DAY;

  const divides = (part, whole) => whole % part === 0;

  /** An expression that is due every `seconds`, counted from midnight (a week: from Sunday's), or null if the fields of cron cannot say it. */
  function everySeconds(seconds) {
    if (seconds < 60) return seconds > 0 && divides(seconds, 60) ? `${seconds === 1 ? "*" : `*/${seconds}`} * * * * *` : null;
    return divides(60, seconds) ? everyMinutes(seconds / 60) : null;
  }

  function everyMinutes(minutes) {
    if (minutes === 1) return "* * * * *";
    if (minutes < HOUR) return divides(minutes, HOUR) ? `*/${minutes} * * * *` : null;
    if (minutes === HOUR) return "0 * * * *";
    if (minutes === DAY) return "0 0 * * *";
    if (minutes === WEEK) return "0 0 * * 0";
    return divides(HOUR, minutes) && divides(minutes, DAY) ? `0 */${minutes / HOUR} * * *` : null;
  }

  /** The step between all of the numbers, or 0 if there is no single one. */
  function stepOf(numbers) {
    if (numbers.length < 3) return 0;
    const step = numbers[1] - numbers[0];
    for (let i = 2; i < numbers.length; i++) if (numbers[i] - numbers[i - 1] !== step) return 0;
    return step;
  }

  /** Numbers, in order and each once, as a field whose values go from `min` to `max`. */
  function fieldOf(numbers, min, max) {
    const first = numbers[0];
    const last = numbers[numbers.length - 1];
    if (numbers.length === max - min + 1) return "*";
    const step = stepOf(numbers);
    if (step > 1) return first === min && last + step > max ? `*/${step}` : `${first}-${last}/${step}`;
    const parts = [];
    for (let from = 0; from < numbers.length;) {
      let to = from;
      while (to + 1 < numbers.length && numbers[to + 1] === numbers[to] + 1) to++;
      ArrayPrototypePush(parts, to === from ? `${numbers[from]}` : `${numbers[from]}-${numbers[to]}`);
      from = to + 1;
    }
    return ArrayPrototypeJoin(parts, ",");
  }

  return { __proto__: null, ANY_EXPRESSION, everySeconds, fieldOf, insteadOf, isSetByManifest };
})();
