exports.handler = async (event, context) => {
  for (const headers of [event.headers, event.multiValueHeaders]) {
    for (const name of Object.keys(headers)) if (name.startsWith("x-forwarded")) delete headers[name];
  }
  return { statusCode: 200, body: JSON.stringify({ event, clientContext: context.clientContext, name: context.functionName, functions: [typeof context.succeed, typeof context.getRemainingTimeInMillis] }) };
};
