const ways = [
  () => { for (;;); },
  () => { const spin = () => Promise.resolve().then(spin); return spin(); },
  () => setInterval(() => { const until = Date.now() + 50; while (Date.now() < until); }, 1),
  () => setImmediate(function again() { setImmediate(again); for (let i = 0; i < 1e6; i++); }),
];
let next = 0;

exports.handler = (event, context, callback) => {
  if (event.rawPath.endsWith("/ok")) return callback(null, "ok");
  callback(null, "answered");
  const way = ways[next++ % ways.length];
  // In a turn of its own: the answer leaves before.
  setTimeout(() => Promise.resolve().then(way), 10);
  return new Promise((resolve) => setTimeout(resolve, 3000));
};
