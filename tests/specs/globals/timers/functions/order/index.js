export default () => new Promise((resolve) => {
  const order = [];
  let ticks = 0;
  const cancelled = setTimeout(() => order.push("never"), 0);
  setTimeout(() => order.push("timeout 0"), 0);
  setTimeout((text) => {
    order.push(`timeout 5 ${text}`);
    const interval = setInterval(() => {
      order.push(`interval ${++ticks}`);
      if (ticks < 2) return;
      clearInterval(interval);
      resolve(order);
    }, 1);
  }, 5, "with arguments");
  queueMicrotask(() => order.push("microtask"));
  Promise.resolve().then(() => order.push("promise"));
  clearTimeout(cancelled);
  order.push("sync");
});
