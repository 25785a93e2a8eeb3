// ioredis: a pipeline, a transaction, Lua, publish and subscribe, a stream, a scan, errors, TLS.
const Redis = require("ioredis");

const redis = new Redis(process.env.REDIS_URL);
redis.defineCommand("double", { numberOfKeys: 1, lua: "return redis.call('GET', KEYS[1]) * ARGV[1]" });

async function published() {
  const subscriber = redis.duplicate();
  await subscriber.subscribe("ioredis:news");
  const heard = new Promise((resolve) => subscriber.once("message", (...message) => resolve(message)));
  const hearers = await redis.publish("ioredis:news", "hello");
  const message = await heard;
  await subscriber.quit();
  return { hearers, message };
}

async function overTls() {
  const secure = new Redis(process.env.REDIS_TLS_URL, { tls: { ca: process.env.CA } });
  const answer = [await secure.ping(), secure.stream.encrypted === true];
  secure.disconnect();
  const strict = new Redis(process.env.REDIS_TLS_URL, { tls: {}, retryStrategy: null, maxRetriesPerRequest: 0, lazyConnect: true });
  const refused = new Promise((resolve) => strict.once("error", ({ code }) => resolve(code)));
  strict.connect().catch(() => {});
  return { answer, refused: await refused };
}

module.exports = async () => {
  await redis.del("ioredis:a", "ioredis:list", "ioredis:hash", "ioredis:stream");
  const piped = await redis.pipeline().set("ioredis:a", 21).incr("ioredis:a").get("ioredis:a").lpush("ioredis:a", 1).exec();
  await redis.hset("ioredis:hash", { a: 1, b: "two" });
  await redis.rpush("ioredis:list", ...Array.from({ length: 1000 }, (_, n) => `item ${n}`));
  const id = await redis.xadd("ioredis:stream", "1-1", "field", "value");
  const scanned = [];
  for await (const keys of redis.scanStream({ match: "ioredis:*", count: 100 })) scanned.push(...keys);
  return {
    piped: piped.map(([error, value]) => error?.message ?? value),
    multi: await redis.multi().incrby("ioredis:a", 20).exec(),
    lua: await redis.double("ioredis:a", 3),
    hash: await redis.hgetall("ioredis:hash"),
    list: (await redis.lrange("ioredis:list", 0, -1)).length,
    bytes: (await redis.getBuffer("ioredis:a")).toString("hex"),
    stream: [id, await redis.xrange("ioredis:stream", "-", "+")],
    scanned: scanned.sort(),
    published: await published(),
    overTls: await overTls(),
    many: (await Promise.all(Array.from({ length: 200 }, (_, n) => redis.echo(String(n))))).every((answer, n) => answer === String(n)),
  };
};
