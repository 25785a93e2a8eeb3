Deno.serve({ signal: {} }, () => new Response());
