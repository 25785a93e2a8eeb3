Deno.serve((request) => {
  const found = new URLPattern({ pathname: "/tasks/:id" }).exec(request.url);
  const { pathname: path } = new URL(request.url);
  return Response.json({ id: found?.pathname.groups.id || undefined, path, prefix: request.headers.get("x-forwarded-prefix") });
});
