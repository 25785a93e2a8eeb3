exports.handler = async ({ body, isBase64Encoded }) => ({ body, isBase64Encoded, hasBody: body !== undefined });
