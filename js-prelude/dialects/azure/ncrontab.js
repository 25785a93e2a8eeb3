// NCRONTAB, the language of Azure's timers: `{second} {minute} {hour} {day} {month} {weekday}`, or a TimeSpan; as a cron expression of Skep.
//
// azure/timers.js asks for each `app.timer`, while the module loads. The rules are those of NCrontab, which Azure's host uses: five fields have
// no seconds, a name may be cut (`Mon`, `J`), a range may stand backwards, `5/15` goes on to the end, and a day must fit both of its fields.
//
// Invariant: an expression that Azure refuses, and an interval that cron cannot say, end the load with their reason.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    MathMax,
    MathMin,
    RegExpPrototypeExec,
    RegExpPrototypeSymbolReplace,
    RegExpPrototypeTest,
    StringPrototypeIndexOf,
    StringPrototypeReplaceAll,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    StringPrototypeToLowerCase,
    StringPrototypeTrim,
    TypeError,
  } = primordials;
  const { everySeconds, fieldOf } = core.loadExtScript("ext:skep/dialects/shared/intervals.js");

  /** No schedule is longer. */
  const TEXT_MAX = 1_000;

  const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
  const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  const field = (name, min, max, names = []) => ({ __proto__: null, name, min, max, names });
  const FIELDS = [
    field("second", 0, 59), field("minute", 0, 59), field("hour", 0, 23), field("day", 1, 31), field("month", 1, 12, MONTHS), field("weekday", 0, 6, WEEKDAYS),
  ];
  // Places in an expression without seconds.
  const DAY = 2;
  const WEEKDAY = 4;

  const SETTING = /%([^%]+)%/g;
  const SPACES = /[ \t]+/;
  const DIGITS = /^\d{1,9}$/;
  const TIME_SPAN = /^(?:(\d{1,8})\.)?(\d{1,8}):(\d{1,2})(?::(\d{1,2})(?:\.\d{1,7})?)?$/;

  const fail = (text) => {
    throw new TypeError(text);
  };

  /** `%NAME%` stands for a variable; a colon of its name is two underscores there. */
  function withSettings(text, env) {
    return RegExpPrototypeSymbolReplace(SETTING, text, (_whole, name) =>
      env[name] ?? env[StringPrototypeReplaceAll(name, ":", "__")] ?? fail(`%${name}% does not resolve to a value: set ${name} in [env] of function.toml, or as a variable`));
  }

  function valueOf(text, { name, names, min }) {
    if (RegExpPrototypeTest(DIGITS, text)) return +text;
    const wanted = StringPrototypeToLowerCase(text);
    for (let i = 0; i < names.length && wanted !== ""; i++) if (StringPrototypeStartsWith(names[i], wanted)) return i + min;
    return fail(`"${text}" is no ${name}`);
  }

  /** The values of one part of a field, such as `1-10/3`, marked in `isSet`. */
  function markPart(part, of, isSet) {
    const slash = StringPrototypeIndexOf(part, "/");
    const range = slash === -1 ? part : StringPrototypeSlice(part, 0, slash);
    const every = slash === -1 ? "1" : StringPrototypeSlice(part, slash + 1);
    if (!RegExpPrototypeTest(DIGITS, every)) fail(`"${part}" has no number behind its /`);
    const dash = StringPrototypeIndexOf(range, "-");
    let from = of.min;
    let to = of.max;
    if (range !== "*") {
      const first = valueOf(dash === -1 ? range : StringPrototypeSlice(range, 0, dash), of);
      const last = dash === -1 ? slash === -1 ? first : of.max : valueOf(StringPrototypeSlice(range, dash + 1), of);
      from = MathMin(first, last);
      to = MathMax(first, last);
    }
    if (from < of.min || to > of.max) fail(`"${part}" is out of the range of a ${of.name}, ${of.min} to ${of.max}`);
    for (let value = from; value <= to; value += MathMax(+every, 1)) isSet[value] = true;
  }

  /** A field of NCRONTAB as one of cron. */
  function fieldText(text, of) {
    const isSet = [];
    const parts = StringPrototypeSplit(text, ",");
    for (let i = 0; i < parts.length; i++) markPart(parts[i], of, isSet);
    const numbers = [];
    for (let value = of.min; value <= of.max; value++) if (isSet[value] === true) ArrayPrototypePush(numbers, value);
    return fieldOf(numbers, of.min, of.max);
  }

  function cronOf(texts) {
    const skipped = FIELDS.length - texts.length;
    const fields = [];
    for (let i = 0; i < texts.length; i++) ArrayPrototypePush(fields, fieldText(texts[i], FIELDS[i + skipped]));
    const weekday = WEEKDAY + 1 - skipped;
    // Cron takes a day that fits either of its two fields; `+` asks for both.
    if (fields[DAY + 1 - skipped] !== "*" && fields[weekday] !== "*") fields[weekday] = `+${fields[weekday]}`;
    return ArrayPrototypeJoin(fields, " ");
  }

  /** The seconds of a TimeSpan; more than 23 hours are read as days, as .NET does. */
  function secondsOf({ 1: days, 2: first, 3: second, 4: third }) {
    const isInDays = days === undefined && +first > 23;
    const [day, hour, minute, rest] = isInDays ? [first, second, third ?? 0, 0] : [days ?? 0, first, second, third ?? 0];
    if (+hour > 23 || +minute > 59 || +rest > 59) return 0;
    return ((+day * 24 + +hour) * 60 + +minute) * 60 + +rest;
  }

  /** The cron expression of what `app.timer` has as its schedule. */
  function expressionOf(schedule, env) {
    if (typeof schedule !== "string") fail("it needs a schedule: a text such as \"0 */5 * * * *\"");
    const text = StringPrototypeTrim(withSettings(schedule, env));
    if (text.length > TEXT_MAX) fail(`its schedule is longer than ${TEXT_MAX} characters`);
    const texts = StringPrototypeSplit(text, SPACES);
    if (texts.length === 5 || texts.length === 6) return cronOf(texts);
    const span = RegExpPrototypeExec(TIME_SPAN, text);
    const seconds = span === null ? 0 : secondsOf(span);
    if (seconds === 0) fail(`the schedule "${text}" is neither an NCRONTAB expression of six fields nor a TimeSpan`);
    return everySeconds(seconds) ??
      fail(`cron cannot say "${text}", which is every ${seconds} seconds: use an NCRONTAB expression, or an interval that divides a minute, an hour or a day`);
  }

  return { __proto__: null, expressionOf };
})();
