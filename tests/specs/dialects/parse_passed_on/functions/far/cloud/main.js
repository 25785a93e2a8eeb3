Parse.Cloud.define('here', () => 'here');
