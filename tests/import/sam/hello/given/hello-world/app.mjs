export const lambdaHandler = async (event) => ({ statusCode: 200, body: event.httpMethod });
