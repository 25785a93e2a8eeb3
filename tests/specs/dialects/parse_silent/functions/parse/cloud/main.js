Parse.Cloud.define('hello', () => 'hello');
Parse.Cloud.define('silent', (request, response) => {});
