export const handler = async (event) => {
  for (const name of Object.keys(event.headers)) if (name.startsWith("x-forwarded")) delete event.headers[name];
  return { statusCode: 200, statusDescription: "200 OK", body: JSON.stringify(event) };
};
