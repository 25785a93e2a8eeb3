export default () => {
  const before = performance.now();
  return {
    self: self === globalThis,
    now: performance.now() >= before && before >= 0,
    origin: Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60_000,
    mark: performance.mark("mark").name,
    agent: /^[^\s/]+(\/[^\s/]+)?$/.test(navigator.userAgent), // one product token
    intl: new Intl.NumberFormat("en-US").format(1234.5),
    date: new Intl.DateTimeFormat("en-US", { dateStyle: "full", timeZone: "UTC" }).format(0),
    tag: Object.prototype.toString.call(performance),
  };
};
