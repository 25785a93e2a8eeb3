export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const headers = new Headers();
  for (let i = 0; i < 1e5; i++) headers.append('x-' + i, 'v');
  return new Response('x', { headers });
};
