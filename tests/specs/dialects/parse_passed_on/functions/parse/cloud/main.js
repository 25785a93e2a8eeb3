Parse.Cloud.define('here', () => 'here');
Parse.Cloud.job('work', () => 'done');
