module.exports = async (event, context) => context.status(200).succeed(JSON.stringify(event.headers));
