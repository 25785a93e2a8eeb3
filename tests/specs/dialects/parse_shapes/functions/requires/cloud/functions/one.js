Parse.Cloud.define('one', () => 1);
