Parse.Cloud.define('v', (request) => request.params, { fields: { a: { type: Number, default: 1 } }, requireUser: false });
