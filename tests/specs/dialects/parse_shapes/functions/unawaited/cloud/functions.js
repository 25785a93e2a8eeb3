Parse.Cloud.define('later', () => 1);
