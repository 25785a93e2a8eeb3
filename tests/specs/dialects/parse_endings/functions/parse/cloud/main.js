Parse.Cloud.define('hello', () => 'hello');
// These four end the process.
Parse.Cloud.define('unsaved', () => new Parse.Object('Thing'));
Parse.Cloud.define('badDate', () => new Date(NaN));
Parse.Cloud.define('cycle', () => {
  const cycle = {};
  cycle.cycle = cycle;
  return cycle;
});
Parse.Cloud.define('successTwice', (request, response) => {
  response.success('first');
  response.success('second');
});
Parse.Cloud.define('errorAfterSuccess', async (request, response) => {
  response.success('first');
  response.error('second');
});

Parse.Cloud.define('bigint', () => ({ big: 1n }));
Parse.Cloud.define('a.dotted.name', () => 'dotted');
Parse.Cloud.define('throwEmptyError', () => {
  throw new Error('');
});
Parse.Cloud.define('throwGetter', () => {
  throw {
    get message() {
      throw new Error('getter');
    },
  };
});
Parse.Cloud.define('throwSymbol', () => {
  throw Symbol('s');
});
Parse.Cloud.define('throwCycle', () => {
  const cycle = {};
  cycle.cycle = cycle;
  throw cycle;
});
Parse.Cloud.define('resBadStatus', (request, response) => response.status('abc').success('x'));
Parse.Cloud.define('returnGetter', () => ({
  get value() {
    throw new Error('getter');
  },
}));
Parse.Cloud.define('deep', () => {
  let deep = {};
  for (let i = 0; i < 100_000; i++) deep = { deep };
  return deep;
});

Parse.Cloud.define('late', () => {
  Parse.Cloud.define('later', () => 1);
});
Parse.Cloud.define('httpRequest', () => Parse.Cloud.httpRequest({ url: 'http://example.com/' }));
Parse.Cloud.define('useMasterKey', () => Parse.Cloud.useMasterKey());
Parse.Cloud.define('keys', () => [Parse.applicationId, Parse.masterKey, Parse.javascriptKey === undefined || Parse.javascriptKey === null]);
