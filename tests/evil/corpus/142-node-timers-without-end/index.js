const timers = require("timers");
module.exports = (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  let started = 0;
  for (; started < 100_000; started++) timers.setTimeout(() => {}, 60_000);
  return `${started}`;
};
