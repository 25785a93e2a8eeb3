module.exports = (event, context) => new Promise(() => {});
