Deno.serve({ port: 9999, hostname: "0.0.0.0" }, async (request: Request) => {
  await Promise.resolve();
  return new Response(`options: ${request.method} ${new URL(request.url).pathname}`);
});
