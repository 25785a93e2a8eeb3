const { builder } = require("@netlify/functions");
exports.handler = builder(async (event) => ({ statusCode: 200, ttl: 5, body: JSON.stringify([event.queryStringParameters, event.path]) }));
