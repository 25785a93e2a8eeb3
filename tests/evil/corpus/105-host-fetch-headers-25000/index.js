export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const headers = [];
  for (let i = 0; i < 40000; i++) headers.push(['x-' + i, 'v']);
  await fetch('http://127.0.0.1:1/', { headers });
  return 'sent';
};
