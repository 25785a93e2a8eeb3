Parse.Cloud.define('t', () => {
  throw new Parse.Error(Parse.Error.OBJECT_NOT_FOUND, 'text');
});
Parse.Cloud.define('u', () => {
  throw 'text';
});
