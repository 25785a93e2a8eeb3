addEventListener("fetch", (event) => event.respondWith(new Response()));
Deno.serve(() => new Response());
