Deno.serve(() => new Response("served"));
await new Promise(() => {});
