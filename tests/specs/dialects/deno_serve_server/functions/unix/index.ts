const server = Deno.serve({ path: "/run/x.sock", handler: () => Response.json(server.addr) });
