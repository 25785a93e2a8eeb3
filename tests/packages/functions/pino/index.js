// pino: levels, children, serializers, redaction, to a stream of the function's own.
const pino = require("pino");

module.exports = () => {
  const lines = [];
  const logger = pino({ timestamp: false, base: undefined, redact: ["password"], serializers: { error: ({ message }) => message } }, { write: (line) => lines.push(JSON.parse(line)) });
  logger.info({ a: 1, password: "secret" }, "hi %s", "x");
  logger.child({ b: 2 }).warn({ error: new Error("broken") }, "w");
  logger.debug("not shown");
  logger.level = "debug";
  logger.debug("shown");
  return lines;
};
