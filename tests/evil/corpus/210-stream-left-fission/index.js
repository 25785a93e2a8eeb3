// The answer to `/ok` waits until every stream that was begun has learned that its client is gone.
let open = 0;
const allAreClosed = async () => {
  for (let i = 0; i < 100 && open > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return open === 0 ? "ok" : `${open} streams do not know that their client has left`;
};

const { Readable } = require("stream");

module.exports = async (context) => {
  if (context.request.url.endsWith("/ok")) return { status: 200, body: await allAreClosed() };
  open++;
  const body = new Readable({ read() { setTimeout(() => this.push(Buffer.alloc(8 << 10)), 1); }, destroy(error, done) { open--; done(error); } });
  return { status: 200, body };
};
