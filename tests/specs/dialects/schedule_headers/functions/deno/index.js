Deno.serve((request) => new Response(JSON.stringify([...request.headers])));
