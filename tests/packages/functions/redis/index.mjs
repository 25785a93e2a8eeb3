// redis: commands at once, a transaction, Lua, publish and subscribe, errors, TLS.
import { createClient } from "redis";

const client = await createClient({ url: process.env.REDIS_URL }).connect();

async function published() {
  const subscriber = await client.duplicate().connect();
  const heard = new Promise((resolve) => subscriber.subscribe("redis:news", (message, channel) => resolve([channel, message])).then(() => client.publish("redis:news", "hello")));
  const message = await heard;
  await subscriber.unsubscribe("redis:news");
  subscriber.destroy();
  return message;
}

async function overTls() {
  const secure = await createClient({ url: process.env.REDIS_TLS_URL, socket: { ca: process.env.CA } }).connect();
  const answer = await secure.ping();
  await secure.close();
  const strict = createClient({ url: process.env.REDIS_TLS_URL, socket: { reconnectStrategy: false } });
  strict.on("error", () => {});
  return { answer, refused: await strict.connect().catch(({ code }) => code) };
}

export default async () => {
  await client.del(["redis:a", "redis:hash", "redis:set"]);
  await client.set("redis:a", "1", { expiration: { type: "EX", value: 100 } });
  await client.hSet("redis:hash", { x: "1", y: "2" });
  await client.zAdd("redis:set", [{ score: 2, value: "b" }, { score: 1, value: "a" }]);
  return {
    multi: await client.multi().incr("redis:a").get("redis:a").exec(),
    hash: await client.hGetAll("redis:hash"),
    sorted: await client.zRangeWithScores("redis:set", 0, -1),
    lua: await client.eval("return { KEYS[1], ARGV[1] }", { keys: ["k"], arguments: ["v"] }),
    error: await client.sendCommand(["HGET", "redis:a", "x"]).catch((error) => error.message),
    many: (await Promise.all(Array.from({ length: 100 }, (_, n) => client.echo(String(n))))).join() === Array.from({ length: 100 }, (_, n) => n).join(),
    published: await published(),
    overTls: await overTls(),
  };
};
