// A master key, so that the function may start jobs; each call below is one of a patched world.
const { run } = Parse.Cloud;
const thrown = [() => { throw new Error("plain"); }, () => { throw new Parse.Object("x"); }, () => { throw null; }, () => { throw { get message() { throw 1; } }; }, () => { throw new Proxy({}, { get() { throw 2; } }); }];
for (let i = 0; i < thrown.length; i++) {
  Parse.Cloud.define(`throws${i}`, thrown[i]);
  Parse.Cloud.define(`responds${i}`, (request, response) => { if (request.params.x) thrown[i](); response.error(new Error("responded")); });
}
Parse.Cloud.define("value", (request) => request.params);
Parse.Cloud.define("all", async () => {
  const names = ["value", ...thrown.flatMap((_, i) => [`throws${i}`, `responds${i}`])];
  const outcomes = {};
  const note = (text) => outcomes[text] = (outcomes[text] ?? 0) + 1;
  const kept = { ...Parse };
  const worlds = [
    () => { Parse.Error = null; },
    () => { Parse.Error = class { static [Symbol.hasInstance]() { throw new Error("no instance"); } }; },
    () => { Parse.Object = Parse.File = Parse.GeoPoint = undefined; },
    () => { Parse._encode = Parse._decode = () => { throw 3; }; },
    () => { Object.defineProperty(Object.prototype, "code", { get: () => 7n, configurable: true }); },
    () => { Array.prototype[Symbol.iterator] = function* () { throw 4; }; },
    () => { Map.prototype.get = Map.prototype.has = () => undefined; Set.prototype.has = () => true; },
    () => { Promise.prototype.then = () => new Promise(() => {}); },
  ];
  const { then } = Promise.prototype;
  const { get, has } = Map.prototype;
  const setHas = Set.prototype.has;
  const iterator = Array.prototype[Symbol.iterator];
  for (const world of worlds) {
    for (let i = 0; i < names.length; i++) {
      const asked = Reflect.apply(run, Parse.Cloud, [names[i], { x: i % 2, list: [1, { __type: "Date", iso: "2026-01-01T00:00:00.000Z" }] }]);
      world();
      const settled = new Promise((resolve) => { Reflect.apply(then, asked, [() => resolve("answered"), (error) => resolve(`${typeof error?.code}`)]); setTimeout(resolve, 3000, "never"); });
      note(await settled);
      Promise.prototype.then = then;
      Array.prototype[Symbol.iterator] = iterator;
      Object.assign(Map.prototype, { get, has });
      Set.prototype.has = setHas;
      Object.assign(Parse, kept);
      delete Object.prototype.code;
    }
  }
  return outcomes;
});
