module.exports = (context, callback) => callback(undefined, {})
