// date-fns: arithmetic, formats, locales, intervals.
const { addDays, differenceInBusinessDays, eachDayOfInterval, format, formatDistance, intervalToDuration, isValid, parse, parseISO } = require("date-fns");
const { de } = require("date-fns/locale");

module.exports = () => ({
  added: format(addDays(new Date(2020, 0, 31), 1), "yyyy-MM-dd EEEE", { locale: de }),
  distance: [formatDistance(new Date(0), new Date(86_400_000)), formatDistance(new Date(0), new Date(1e10), { locale: de, addSuffix: true })],
  valid: [isValid(parseISO("2020-02-30")), isValid(parseISO("2020-02-29"))],
  parsed: format(parse("31.12.2020", "dd.MM.yyyy", new Date(0)), "yyyyMMdd"),
  business: differenceInBusinessDays(new Date(2020, 0, 20), new Date(2020, 0, 1)),
  days: eachDayOfInterval({ start: new Date(2020, 1, 27), end: new Date(2020, 2, 1) }).length,
  duration: intervalToDuration({ start: new Date(2020, 0, 1), end: new Date(2021, 1, 3) }),
});
