// The time of a request as the logs of servers write it: `12/Mar/2026:19:03:58 +0000`.
//
// lambda/events.js asks for it.
//
// Invariant: it is the time in UTC, whatever zone the host or the function is in.

(function () {
  const { primordials } = __bootstrap;
  const {
    Date,
    DatePrototypeGetUTCDate,
    DatePrototypeGetUTCFullYear,
    DatePrototypeGetUTCHours,
    DatePrototypeGetUTCMinutes,
    DatePrototypeGetUTCMonth,
    DatePrototypeGetUTCSeconds,
    StringPrototypePadStart,
  } = primordials;

  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  const two = (number) => StringPrototypePadStart(`${number}`, 2, "0");

  function clfTime(milliseconds) {
    const date = new Date(milliseconds);
    const day = `${two(DatePrototypeGetUTCDate(date))}/${MONTHS[DatePrototypeGetUTCMonth(date)]}/${DatePrototypeGetUTCFullYear(date)}`;
    return `${day}:${two(DatePrototypeGetUTCHours(date))}:${two(DatePrototypeGetUTCMinutes(date))}:${two(DatePrototypeGetUTCSeconds(date))} +0000`;
  }

  return { __proto__: null, clfTime };
})();
