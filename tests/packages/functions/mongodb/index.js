// mongodb: BSON, and the error of a server that is not there. Debian has no MongoDB, so no command runs.
const { MongoClient, ObjectId, BSON, Long, Decimal128 } = require("mongodb");

module.exports = async () => {
  const document = { _id: new ObjectId("507f1f77bcf86cd799439011"), n: 1, big: Long.fromString("9007199254740993"), price: Decimal128.fromString("1.50"), at: new Date(0), list: ["a", null] };
  const bytes = BSON.serialize(document);
  const client = new MongoClient("mongodb://127.0.0.1:1/db", { serverSelectionTimeoutMS: 200 });
  const error = await client.db().collection("users").findOne({}).catch((caught) => caught);
  await client.close();
  return { bytes: Buffer.from(bytes).toString("base64"), again: BSON.EJSON.stringify(BSON.deserialize(bytes)), error: [error.name, error.message] };
};
