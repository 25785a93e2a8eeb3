Parse.Cloud.define('x', () => 1, { requireUsr: true });
