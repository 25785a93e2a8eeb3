Parse.Cloud.define('top', () => 'top');
