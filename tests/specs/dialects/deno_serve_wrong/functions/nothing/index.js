Deno.serve({ port: 1 });
