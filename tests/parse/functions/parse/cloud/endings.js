// What ends the process of a Parse Server, or leaves its client waiting; and what Parse Server has otherwise. Only Skep runs it.

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

// Parse Server never answers these.
Parse.Cloud.define('silent', (request, response) => {});
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

Parse.Cloud.define('limited', () => 'in', { rateLimit: { requestTimeWindow: 60_000, requestCount: 2, includeInternalRequests: true, errorResponseMessage: 'slower' } });
Parse.Cloud.define('once', () => 'once');
Parse.Cloud.define('late', () => {
  Parse.Cloud.define('later', () => 1);
});
Parse.Cloud.define('httpRequest', () => Parse.Cloud.httpRequest({ url: 'http://example.com/' }));
Parse.Cloud.define('useMasterKey', () => Parse.Cloud.useMasterKey());
Parse.Cloud.define('keys', () => [Parse.applicationId, Parse.masterKey, Parse.javascriptKey === undefined || Parse.javascriptKey === null]);
Parse.Cloud.define('startJob', () => Parse.Cloud.startJob('work', { from: 'function' }));

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
