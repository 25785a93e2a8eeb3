// amqplib: the error of a server that is not there. No server of AMQP is installed for the tests.
const amqp = require("amqplib");

module.exports = async () => {
  const error = await amqp.connect("amqp://guest:guest@127.0.0.1:1").catch((caught) => caught);
  return { code: error.code, message: error.message, credentials: amqp.credentials.plain("a", "b").response().toString("hex") };
};
