const server = Deno.serve((request) => {
  if (new URL(request.url).pathname === "/stop") server.shutdown();
  return new Response("stopping");
});
