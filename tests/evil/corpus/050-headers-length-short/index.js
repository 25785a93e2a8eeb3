export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new Response('x'.repeat(1000), { headers: { 'content-length': '3' } });
};
