Deno.serve((request: Request) => new Response(`${request.method} for hello`));
