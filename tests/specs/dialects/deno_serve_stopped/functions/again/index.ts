const server = Deno.serve(() => {
  server.shutdown();
  Deno.serve(() => new Response("second"));
  return new Response("first");
});
