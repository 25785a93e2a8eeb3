Parse.Cloud.define("echo", ({ params }) => Object.keys(params).length);
