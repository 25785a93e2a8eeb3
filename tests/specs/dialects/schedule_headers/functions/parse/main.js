Parse.Cloud.define("hello", (request) => [request.headers]);
