Deno.serve(() => new Response('u'));
