Parse.Cloud.define('x', () => 1, { rateLimit: { request: 1 } });
