// Without a data layer, each of these has an error of its own.
const NEEDS = {
  find: () => new Parse.Query('Thing').find(),
  get: () => new Parse.Query('Thing').get('x'),
  count: () => new Parse.Query('Thing').count(),
  save: () => new Parse.Object('Thing').save(),
  destroy: () => Parse.Object.createWithoutData('x').destroy(),
  saveAll: () => Parse.Object.saveAll([new Parse.Object('Thing')]),
  config: () => Parse.Config.get(),
  logIn: () => Parse.User.logIn('name', 'password'),
  file: () => new Parse.File('name.txt', [1, 2, 3]).save(),
  push: () => Parse.Push.send({}),
  subscribe: () => new Parse.Query('Thing').subscribe(),
};
Parse.Cloud.define('needs', async (request) => {
  try {
    await NEEDS[request.params.what]();
  } catch (error) {
    return [error.code, error.message];
  }
  return 'nothing was thrown';
});
Parse.Cloud.define('offline', () => {
  const Thing = Parse.Object.extend('Thing');
  const thing = Thing.createWithoutData('x');
  thing.set('a', 1);
  const point = new Parse.GeoPoint(1, 2);
  const acl = new Parse.ACL(new Parse.User({ objectId: 'u' }));
  return [thing.className, thing.id, thing.get('a'), point.kilometersTo(point) === 0, thing.toPointer(), acl.getReadAccess('u') || true, Parse.Error.CONNECTION_FAILED, Parse.serverURL];
});
Parse.Cloud.define('user', (request) => typeof request.user);
