const http = require("http");

const manyKeys = new Proxy({}, {
  ownKeys: () => Array.from({ length: 1e4 }, (_, i) => `k${i}`),
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  get: (_, key) => (typeof key === "symbol" || key === "toJSON" ? undefined : 1),
});
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
const values = [
  proxy, manyKeys, new Proxy(Buffer.from("x"), {}), new Proxy([], { get: () => 2 ** 10 }), { toJSON() { return { toJSON: this.toJSON }; } },
  { length: 2 ** 40 }, Symbol(), 10n, () => {}, Object.create(null), new Map([[1, 2]]), new (class extends Uint8Array {})(8), { pipe() { throw 1; } },
  Object.defineProperty([], "0", { get: () => { throw 2; }, enumerable: true }), new ReadableStream(), NaN, -0, "\ud800", new String("x"),
];

module.exports = async (req, res) => {
  if (req.url.endsWith("/ok")) return res.send("ok");
  const refused = [];
  for (const name of ["send", "json", "redirect", "status", "end", "write", "set", "cookie", "type", "format", "jsonp", "links", "vary"]) {
    for (const value of values) {
      for (const args of [[value], [value, value], ["x", value]]) {
        const answer = Object.create(Object.getPrototypeOf(res), Object.getOwnPropertyDescriptors(new http.ServerResponse(req)));
        answer.req = req;
        try {
          answer[name](...args);
        } catch (error) {
          refused.push(name);
        }
      }
    }
  }
  res.status(200).json({ refused: refused.length });
};
