module.exports = (event, context, callback) => {};
