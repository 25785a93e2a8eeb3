const server = Deno.serve(() => Response.json(server.addr));
