Parse.Cloud.define('echo', (r) => [r.params, r.ip, r.headers.x, r.context, r.installationId, r.master]);
Parse.Cloud.define('user', (r) => [r.user instanceof Parse.User, r.user.id, r.user.get('username'), r.user.getSessionToken(), r.master]);
Parse.Cloud.define('nothing', () => {});
Parse.Cloud.define('fails', () => {
  throw new Parse.Error(4242, 'own');
});
Parse.Cloud.define('empty', () => {
  throw new Parse.Error(1, '');
});
Parse.Cloud.define('object', () => {
  throw { a: 1 };
});
Parse.Cloud.define('unsaved', () => new Parse.Object('Thing'));
Parse.Cloud.define('checked', () => 'in', { requireUser: true });
