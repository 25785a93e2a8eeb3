// winston: formats, levels, a stream of the function's own.
const { Writable } = require("stream");
const winston = require("winston");

module.exports = async () => {
  const lines = [];
  const stream = new Writable({ write(line, _encoding, done) { lines.push(line.toString().trim()); done(); } });
  const { combine, json, splat, errors } = winston.format;
  const logger = winston.createLogger({ level: "info", format: combine(errors(), splat(), json()), defaultMeta: { service: "s" }, transports: [new winston.transports.Stream({ stream })] });
  logger.info("hi %s", "x", { a: 1 });
  logger.child({ b: 2 }).warn("w");
  logger.debug("not shown");
  const ended = new Promise((resolve) => logger.on("finish", resolve));
  logger.end();
  await ended;
  return lines;
};
