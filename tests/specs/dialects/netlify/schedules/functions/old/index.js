const { schedule } = require("@netlify/functions");

exports.handler = schedule("* * * * * *", async (event, context) => {
  console.log("old ran", event.httpMethod, event.path, event.headers["x-nf-event"], Object.keys(JSON.parse(event.body)), context.functionName);
  return { statusCode: 503 };
});
