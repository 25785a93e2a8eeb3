export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new Response('x', { headers: { 'x-a': 'b\r\nset-cookie: c=d' } });
};
