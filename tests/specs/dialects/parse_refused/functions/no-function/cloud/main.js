Parse.Cloud.define('x');
