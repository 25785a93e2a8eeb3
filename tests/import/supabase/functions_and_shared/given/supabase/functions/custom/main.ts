Deno.serve(() => new Response('custom'));
