// What is exported depends on the number of the copy.
const endless = () => {
  for (;;);
};
let looks = 0;
const shapes = [
  () => ({ get handler() { throw new Error("no handler"); } }),
  () => ({ get handler() { return endless(); } }),
  () => ({ get handler() { return looks++ % 2 === 0 ? async () => "x" : { fetch: endless }; } }),
  () => new Proxy({}, { ownKeys: () => Array.from({ length: 1e5 }, (_, i) => `k${i}`), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: () => () => {} }),
  () => new Proxy(function () {}, { get: () => endless(), has: () => true }),
  () => ({ then: (resolve) => resolve(endless) }),
  () => Object.setPrototypeOf((request) => "x", Promise.prototype),
  () => ({ fetch: new Proxy(() => new Response("x"), { apply: endless }) }),
  () => ({ GET: { call: endless }, get POST() { return looks++ < 4 ? () => "x" : undefined; } }),
  () => ({ handle: () => {}, callback: 7, get routing() { throw 1; } }),
  () => Object.defineProperty((req, res) => res.send("x"), "length", { get: endless }),
  () => ({ scheduled: { bind: 1 }, check: new Proxy(() => true, {}), get fetch() { return looks++ === 0 ? () => "x" : null; } }),
];
module.exports = shapes[+__dirname.split("-").at(-1)]();
