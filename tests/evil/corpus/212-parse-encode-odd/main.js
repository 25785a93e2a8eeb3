const endless = () => ({ get next() { return endless(); } });
const cycle = { list: [] };
cycle.list.push({ get back() { return cycle; } });
class Odd extends Parse.Object {
  constructor() { super("Odd"); }
  toJSON() { return { again: new Odd(), toJSON: this.toJSON }; }
  _toFullJSON() { return { again: new Odd() }; }
}
const values = [
  cycle,
  endless(),
  new Odd(),
  Object.assign(new Parse.Object("x"), { toJSON() { return this; } }),
  new Date(NaN),
  10n,
  new Proxy([], { get: (_, key) => key === "length" ? 2 ** 32 : {} }),
  new Proxy({}, { ownKeys: () => { throw new Error("no keys"); } }),
  new Parse.ACL(Parse.User.current?.() ?? undefined),
  new Parse.Relation(),
  Object.defineProperty(new Parse.GeoPoint(1, 2), "latitude", { get() { throw new Error("nowhere"); } }),
  /(a+)+$/,
  Array.from({ length: 1e6 }, (_, i) => ({ i })),
  [Symbol(), () => {}, undefined, NaN, -0],
  { toJSON() { for (;;); } },
];
let next = 0;
Parse.Cloud.define("all", () => values[next++ % values.length]);
