// The answer to `/ok` waits until every stream that was begun has learned that its client is gone.
let open = 0;
const allAreClosed = async () => {
  for (let i = 0; i < 100 && open > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return open === 0 ? "ok" : `${open} streams do not know that their client has left`;
};

exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.rawPath.endsWith("/ok")) return void stream.end(await allAreClosed());
  open++;
  const timer = setInterval(() => stream.write(Buffer.alloc(8 << 10)), 1);
  await new Promise((resolve) => stream.on("close", resolve));
  clearInterval(timer);
  open--;
});
