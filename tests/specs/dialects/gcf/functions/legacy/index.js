exports.onMessage = (message, context) => {};
