export const handler = async (event) => {
  event.requestContext.timeEpoch = typeof event.requestContext.timeEpoch;
  delete event.headers["x-forwarded-for"];
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(event) };
};
