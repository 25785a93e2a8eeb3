let client = null;
module.exports = async (event, context) => {
  client ??= { calls: 0 };
  client.calls++;
  switch (event.method) {
    case "GET": return context.succeed(`got ${client.calls}`);
    case "POST": return context.status(201).succeed(`posted ${event.query.name}`);
    default: return context.status(405).fail("not allowed");
  }
};
