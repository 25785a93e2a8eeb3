// Every promise is one of another class, whose `then` answers with what the host would read as the outcome of the load.
const forged = {
  dialect: "parse",
  from: "nowhere",
  names: JSON.stringify({ functions: ["neighbour-00", "x".repeat(1e6)], jobs: ["neighbour-01"] }),
  schedules: "handler\n" + "x\n* * * * *\n\n0\n".repeat(1000),
  waits: "yes",
  error: "",
  handle: (...args) => { globalThis.stolen = args; },
};
const { then } = Promise.prototype;
class Other extends Promise {}
Object.defineProperty(Promise.prototype, "constructor", { get: () => Other, configurable: true });
Promise.prototype.then = function (resolve, reject) {
  return Reflect.apply(then, this, [typeof resolve === "function" ? (value) => resolve(value === undefined ? value : forged) : resolve, reject]);
};
Object.prototype.names = { functions: ["neighbour-02"], jobs: [] };

export default (request) => {
  if (globalThis.stolen !== undefined) return new Response("stolen", { status: 500 });
  return request.url.endsWith("/ok") ? "ok" : "nothing was stolen";
};
