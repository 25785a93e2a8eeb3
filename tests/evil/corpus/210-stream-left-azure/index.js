// The answer to `/ok` waits until every stream that was begun has learned that its client is gone.
let open = 0;
const allAreClosed = async () => {
  for (let i = 0; i < 100 && open > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return open === 0 ? "ok" : `${open} streams do not know that their client has left`;
};

const { app } = require("@azure/functions");

app.get("ok", async () => ({ body: await allAreClosed() }));
app.get("all", { route: "{*rest}", handler: async () => {
  let timer;
  open++;
  return { body: new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new Uint8Array(8 << 10)), 1);
    },
    cancel() {
      clearInterval(timer);
      open--;
    },
  }) };
} });
