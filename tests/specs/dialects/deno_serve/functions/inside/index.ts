Deno.serve({
  handler: (request: Request) => new Response(`inside: ${request.method} ${new URL(request.url).pathname}`),
});
