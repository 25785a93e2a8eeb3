const stop = new AbortController();
const server = Deno.serve({ signal: stop.signal }, async (request) => {
  if (new URL(request.url).pathname === "/stop") stop.abort();
  await new Promise((resolve) => setTimeout(resolve, 10));
  return new Response("stopping");
});
server.finished.then(() => console.log("finished"));
