Parse.Cloud.define('hello', () => ({ hello: 'world' }));
Parse.Cloud.define('echo', r => r.params);
