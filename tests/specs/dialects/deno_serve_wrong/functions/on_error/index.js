Deno.serve({ onError: "x" }, () => new Response());
