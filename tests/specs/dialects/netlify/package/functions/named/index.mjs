export const run = async (event) => ({ statusCode: 200, body: event.httpMethod }); export const other = 1;
