const attempts = [
  () => require("child_process").exec("ls"),
  () => require("cluster").fork(),
  () => new (require("worker_threads").Worker)("x.js"),
  () => require("vm").createContext({}),
  () => require("dgram").createSocket("udp4"),
  () => require("http2").connect("http://x"),
  () => require("v8").setFlagsFromString("--x"),
  () => require("inspector").open(),
  () => new (require("node:sqlite").DatabaseSync)(":memory:"),
];

module.exports = () =>
  attempts.map((attempt) => {
    try {
      return `no error: ${attempt()}`;
    } catch (error) {
      return `${error.code} ${error.message}`;
    }
  }).join("\n");
