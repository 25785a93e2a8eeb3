module.exports = async (context) => ({ status: 200, body: JSON.stringify([context.request.headers, context.request.rawHeaders]) });
