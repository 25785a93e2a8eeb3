const Parse = require('parse/node');
Parse.Cloud.define('two', () => 2);
