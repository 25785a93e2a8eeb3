// nats: publish and subscribe, a request with its reply, a queue, headers, errors. The password is in the address.
const { connect, headers, JSONCodec, StringCodec } = require("nats");

const text = StringCodec();
const json = JSONCodec();

module.exports = async () => {
  const { host, username, password } = new URL(process.env.NATS_URL);
  const connection = await connect({ servers: host, user: username, pass: password });
  const subscription = connection.subscribe("skep.news", { max: 3 });
  for (const n of [1, 2, 3]) connection.publish("skep.news", json.encode({ n }));
  const news = [];
  for await (const message of subscription) news.push(json.decode(message.data).n);
  connection.subscribe("skep.echo", { queue: "workers", callback: (_error, message) => message.respond(text.encode(`re: ${text.decode(message.data)} ${message.headers.get("kind")}`)) });
  const kind = headers();
  kind.set("kind", "polite");
  const reply = await connection.request("skep.echo", text.encode("hello"), { timeout: 5000, headers: kind });
  const nobody = await connection.request("skep.nobody", text.encode(""), { timeout: 5000 }).catch(({ code }) => code);
  await connection.drain();
  const wrong = await connect({ servers: host, user: username, pass: "wrong" }).catch(({ code }) => code);
  return { news, reply: text.decode(reply.data), nobody, closed: connection.isClosed(), wrong };
};
