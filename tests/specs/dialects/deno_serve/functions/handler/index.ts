Deno.serve((request: Request) => {
  const { pathname, search } = new URL(request.url);
  return new Response(`handler: ${request.method} ${pathname}${search}`);
});
