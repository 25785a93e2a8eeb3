Parse.Cloud.define('echo', r => r.params);
