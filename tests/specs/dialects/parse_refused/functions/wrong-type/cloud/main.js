Parse.Cloud.define('x', () => 1, { requireAnyUserRoles: true });
