Parse.Cloud.define('hello', () => 'hello');
