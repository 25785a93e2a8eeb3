// kafkajs: the error of a server that is not there. Debian has no Kafka.
const { Kafka, logLevel, Partitioners, CompressionTypes } = require("kafkajs");

module.exports = async () => {
  const kafka = new Kafka({ clientId: "skep", brokers: ["127.0.0.1:1"], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const error = await producer.connect().catch((caught) => caught);
  return { name: error.name, message: error.message, cause: error.cause?.code, gzip: CompressionTypes.GZIP };
};
