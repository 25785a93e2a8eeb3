export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const headers = new Headers();
  for (let i = 0; ; i++) headers.append('x-' + i, 'v'.repeat(1000));
};
