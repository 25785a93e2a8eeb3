export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new Response('x', { headers: { 'x-a': 'b'.repeat(1e6) } });
};
