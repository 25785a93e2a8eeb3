module.exports.api = { orders: { handler: async () => ({ statusCode: 200, body: "nested" }) }, other: async () => "not this one" };
