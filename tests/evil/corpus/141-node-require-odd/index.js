// Each attempt must throw or return: nothing may end the process.
const Module = require("module");
// What is known when the program is compiled would be refused there.
const text = (value) => value;
module.exports = (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const attempts = [
    () => require("./circle").value,
    () => {
      const again = () => Module._load("./index.js", module) && again();
      return again();
    },
    () => Module.createRequire(`/${"a/".repeat(100_000)}x.js`)(text("./y")),
    () => require(`./${"../".repeat(100_000)}`),
    () => require("a".repeat(1 << 20)),
    () => require({ toString: () => "./circle" }),
    () => require(text("\0")),
    () => require(text("./circle\0")),
    () => require.resolve(text("\ud800")),
    () => Module._load.call(null, "./circle", { filename: "\ud800" }),
    () => Reflect.construct(require, ["./circle"]),
    () => globalThis[Symbol.for("skep.require")]("file:///etc/passwd"),
    () => globalThis[Symbol.for("skep.require")]("node:nothing"),
    () => globalThis[Symbol.for("skep.require")]({}),
    () => globalThis[Symbol.for("skep.require")]("ext:core/ops"),
  ];
  return attempts.map((attempt) => {
    try {
      return typeof attempt();
    } catch (error) {
      return error.name;
    }
  });
};
