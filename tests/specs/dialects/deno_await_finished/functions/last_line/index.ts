const server = Deno.serve(() => new Response("served"));
await server.finished;
