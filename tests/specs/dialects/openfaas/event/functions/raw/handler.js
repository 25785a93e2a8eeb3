const { createHmac } = require("crypto");
module.exports = async (event, context) => {
  if (!Buffer.isBuffer(event.body)) return context.fail("no Buffer");
  const signature = createHmac("sha256", "key").update(event.body).digest("hex");
  return { length: event.body.length, good: signature === event.headers["x-signature"], text: event.body.toString() };
};
