const url = require("url");
module.exports = async function (context) {
  const stringBody = JSON.stringify(context.request.body);
  const query = url.parse(context.request.url, true).query;
  const name = context.request.query?.name || context.request.body?.name;
  return { status: 200, body: { query, name: name ?? null, event: context.request.get("X-Kubernetes-Event-Type") ?? null, body: stringBody ?? null, buffer: Buffer.isBuffer(context.request.body) } };
};
