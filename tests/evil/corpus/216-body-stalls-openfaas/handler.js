module.exports = async (event, context) => context.headers({ "content-type": "text/plain" }).succeed("ok");
