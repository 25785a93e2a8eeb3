Parse.Cloud.define('x', () => 1, { rateLimit: { redisUrl: 'redis://x' } });
