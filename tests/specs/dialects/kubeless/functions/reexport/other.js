exports.foo = (event, context) => `other got ${event.data}`;
