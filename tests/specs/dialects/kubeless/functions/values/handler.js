// One answer of each kind.
const values = {
  "/text": "héllo", "/object": { a: 1 }, "/list": [1, 2], "/null": null, "/undefined": undefined, "/number": 42, "/boolean": false, "/zero": 0, "/empty": "",
};
exports.values = (event, context) => values[event.extensions.request.path];
