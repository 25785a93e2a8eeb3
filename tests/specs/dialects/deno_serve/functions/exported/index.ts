export default {
  fetch: (request: Request) => new Response(`exported: ${request.method} ${new URL(request.url).pathname}`),
};
