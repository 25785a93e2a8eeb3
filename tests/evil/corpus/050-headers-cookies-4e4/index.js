export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const headers = new Headers();
  for (let i = 0; i < 4e4; i++) headers.append('set-cookie', 'a=' + i);
  return new Response('x', { headers });
};
