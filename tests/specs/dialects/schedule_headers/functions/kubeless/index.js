module.exports = { f: (event, context) => JSON.stringify([event.extensions.request.headers, event.extensions.request.rawHeaders]) };
