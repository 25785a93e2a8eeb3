export const handler = async (event) => {
  event.requestContext.requestTimeEpoch = typeof event.requestContext.requestTimeEpoch;
  for (const headers of [event.headers, event.multiValueHeaders]) {
    for (const name of Object.keys(headers)) if (name.startsWith("x-forwarded")) delete headers[name];
  }
  return { statusCode: 200, body: JSON.stringify(event) };
};
