// The schedules of App Engine, which Cloud Scheduler and so Firebase take beside unix cron: `every 5 minutes`, `every day 00:00`,
// `1st,third monday of month 09:00`; as a cron expression.
//
// firebase/schedules.js asks for each schedule, while the module loads. The grammar is that of Google's Groc.
//
// Invariant: a schedule that is no sentence of that grammar, and one that a cron expression cannot say, end the load with their reason.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeIncludes,
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    ArrayPrototypeSort,
    RegExpPrototypeExec,
    RegExpPrototypeSymbolReplace,
    RegExpPrototypeTest,
    StringPrototypeSplit,
    StringPrototypeToLowerCase,
    StringPrototypeTrim,
    TypeError,
  } = primordials;
  const { everySeconds, fieldOf } = core.loadExtScript("ext:skep/dialects/shared/intervals.js");

  const TEXT_MAX = 1_000;
  const DAY = 24 * 60; // In minutes.

  /** A sentence of App Engine; anything else is cron. */
  const IS_SENTENCE = /^(?:every|1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth)\b|\bof\b/;
  const TIME = /^([01]?\d|2[0-3]):([0-5]\d)$/;
  const NUMBER = /^\d{1,5}$/;
  const COMMA = /,/g;
  const SPACES = /\s+/;

  // Each word with the number that it stands for.
  const ORDINALS = { __proto__: null, "1st": 1, first: 1, "2nd": 2, second: 2, "3rd": 3, third: 3, "4th": 4, fourth: 4, "5th": 5, fifth: 5 };
  const WEEKDAYS = {
    __proto__: null, sun: 0, sunday: 0, mon: 1, monday: 1, tue: 2, tuesday: 2, wed: 3, wednesday: 3, thu: 4, thursday: 4, fri: 5, friday: 5, sat: 6, saturday: 6,
  };
  const MONTHS = {
    __proto__: null, jan: 1, january: 1, feb: 2, february: 2, mar: 3, march: 3, apr: 4, april: 4, may: 5, jun: 6, june: 6, jul: 7, july: 7, aug: 8, august: 8,
    sep: 9, september: 9, oct: 10, october: 10, nov: 11, november: 11, dec: 12, december: 12,
  };
  const UNITS = { __proto__: null, minute: 1, minutes: 1, mins: 1, hour: 60, hours: 60 };

  /** The words of a sentence, read from the left. */
  class Words {
    #at = 0;
    #text;
    #words;
    constructor(text) {
      this.#text = text;
      this.#words = StringPrototypeSplit(RegExpPrototypeSymbolReplace(COMMA, text, " , "), SPACES);
    }
    peek() {
      return this.#words[this.#at];
    }
    take() {
      return this.#words[this.#at++];
    }
    /** Takes the word if it is the next. */
    skip(word) {
      const isNext = this.peek() === word;
      if (isNext) this.#at++;
      return isNext;
    }
    /** Takes a list of what `read` gives a number for. */
    list(read, what) {
      const numbers = [];
      do {
        const number = this.peek() === undefined ? undefined : read(this.peek());
        if (number === undefined) this.fail(what);
        this.#at++;
        if (!ArrayPrototypeIncludes(numbers, number)) ArrayPrototypePush(numbers, number);
      } while (this.skip(","));
      return ArrayPrototypeSort(numbers, (one, other) => one - other);
    }
    /** Takes a time of day, in minutes. */
    time() {
      const found = RegExpPrototypeExec(TIME, this.peek() ?? "");
      if (found === null) this.fail("a time such as 09:30");
      this.#at++;
      return +found[1] * 60 + +found[2];
    }
    end() {
      if (this.peek() !== undefined) this.fail("its end");
    }
    fail(wanted) {
      throw new TypeError(`the schedule "${this.#text}" has ${this.peek() === undefined ? "its end" : `"${this.peek()}"`} where ${wanted} is needed`);
    }
    refuse(why) {
      throw new TypeError(`the schedule "${this.#text}" ${why}`);
    }
  }

  const NOT_CRON = "is more than a cron expression can say";

  /** `every 5 minutes`, `every 2 hours synchronized`, `every 30 mins from 10:00 to 14:30`. */
  function intervalOf(words) {
    const interval = +words.take();
    const unit = UNITS[words.take()];
    if (unit === undefined) words.refuse("has no unit: minutes or hours");
    const step = interval * unit;
    if (step === 0) words.refuse("has no interval");
    if (words.skip("from")) {
      const from = words.time();
      if (!words.skip("to")) words.fail('"to"');
      const to = words.time();
      words.end();
      return rangeOf(words, step, from, to);
    }
    words.skip("synchronized");
    words.end();
    return everySeconds(step * 60) ?? words.refuse(`${NOT_CRON}: use an interval that divides an hour or a day`);
  }

  /** The times of each day from one to another, which belongs to them. */
  function rangeOf(words, step, from, to) {
    const hours = [];
    const minutes = [];
    let count = 0;
    const last = to < from ? to + DAY : to;
    for (let at = from; at <= last && at < from + DAY; at += step, count++) {
      const hour = ((at - at % 60) / 60) % 24;
      if (!ArrayPrototypeIncludes(hours, hour)) ArrayPrototypePush(hours, hour);
      if (!ArrayPrototypeIncludes(minutes, at % 60)) ArrayPrototypePush(minutes, at % 60);
    }
    // Cron calls at every listed minute of every listed hour.
    if (hours.length * minutes.length !== count) words.refuse(`${NOT_CRON}: let it end earlier, such as at 13:59 in the place of 14:00`);
    const inOrder = (numbers) => ArrayPrototypeSort(numbers, (one, other) => one - other);
    return `${fieldOf(inOrder(minutes), 0, 59)} ${fieldOf(inOrder(hours), 0, 23)} * * *`;
  }

  /** `of month`, `of jan,jul`, `of quarter`, `of 2nd month of quarter`. */
  function monthsOf(words) {
    if (words.skip("month")) return "*";
    if (words.skip("quarter")) return "1,4,7,10";
    if (ORDINALS[words.peek()] === undefined) return fieldOf(words.list((word) => MONTHS[word], "a month"), 1, 12);
    const months = [];
    const places = words.list((word) => (ORDINALS[word] < 4 ? ORDINALS[word] : undefined), "first, second or third");
    if (!words.skip("month") || !words.skip("of") || !words.skip("quarter")) words.fail('"month of quarter"');
    for (let first = 0; first < 12; first += 3) for (let i = 0; i < places.length; i++) ArrayPrototypePush(months, first + places[i]);
    return fieldOf(months, 1, 12);
  }

  /** Each of the weekdays the given times in a month; all five are every one. */
  function weekdaysOf(ordinals, weekdays) {
    if (ordinals.length === 0 || ordinals.length === 5) return fieldOf(weekdays, 0, 6);
    const parts = [];
    for (let i = 0; i < weekdays.length; i++) for (let n = 0; n < ordinals.length; n++) ArrayPrototypePush(parts, `${weekdays[i]}#${ordinals[n]}`);
    return ArrayPrototypeJoin(parts, ",");
  }

  /** `every mon,wed 09:00`, `2nd friday of march 17:00`, `first day of month 00:00`, `1,15 of month 00:00`. */
  function daysOf(words, isEvery) {
    let day = "*";
    let weekday = "*";
    let needsMonth = false;
    if (!isEvery && RegExpPrototypeTest(NUMBER, words.peek() ?? "")) {
      day = fieldOf(words.list((word) => (RegExpPrototypeTest(NUMBER, word) && +word > 0 && +word < 32 ? +word : undefined), "a day of a month"), 1, 31);
      needsMonth = true;
    } else {
      const ordinals = isEvery ? [] : words.list((word) => ORDINALS[word], "every, first or a day");
      if (!words.skip("day")) weekday = weekdaysOf(ordinals, words.list((word) => WEEKDAYS[word], "a weekday"));
      else if (!isEvery) day = fieldOf(ordinals, 1, 31);
    }
    if (needsMonth && words.peek() !== "of") words.fail('"of month"');
    const month = words.skip("of") ? monthsOf(words) : "*";
    const time = words.time();
    words.end();
    return `${time % 60} ${(time - time % 60) / 60} ${day} ${month} ${weekday}`;
  }

  /** A schedule of Firebase as a cron expression. */
  function expressionOf(text) {
    if (text.length > TEXT_MAX) throw new TypeError(`the schedule is longer than ${TEXT_MAX} characters`);
    const sentence = StringPrototypeToLowerCase(StringPrototypeTrim(text));
    if (!RegExpPrototypeTest(IS_SENTENCE, sentence)) return text;
    const words = new Words(sentence);
    const isEvery = words.skip("every");
    return isEvery && RegExpPrototypeTest(NUMBER, words.peek() ?? "") ? intervalOf(words) : daysOf(words, isEvery);
  }

  return { __proto__: null, expressionOf };
})();
