Parse.Cloud.define('x/y', () => 1);
