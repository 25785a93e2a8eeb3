const limit = (more) => ({ rateLimit: { requestTimeWindow: 600_000, requestCount: 1, includeInternalRequests: true, ...more } });
Parse.Cloud.define('limited', () => 'in', limit({ requestCount: 2, errorResponseMessage: 'slower' }));
Parse.Cloud.define('local', () => 'in', limit({ includeInternalRequests: false }));
Parse.Cloud.define('session', () => 'in', limit({ zone: Parse.Server.RateLimitZone.session }));
Parse.Cloud.define('all', () => 'in', limit({ zone: 'global', includeMasterKey: true }));
Parse.Cloud.define('get', () => 'in', limit({ requestMethods: ['GET'] }));
Parse.Cloud.define('once', () => 'once');
Parse.Cloud.define('often', () => 'often');
