exports.handler = (event, context, callback) => {
  console.log("by toml", event.httpMethod, event.headers["x-skep-schedule"]);
  callback(null, { statusCode: 200, body: event.httpMethod });
};
