Parse.Cloud.define('twice', () => 'first');
Parse.Cloud.define('twice', () => 'last');
