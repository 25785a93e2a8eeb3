export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const at = new URL(request.url).searchParams.get('at');
  let seen = 0;
  const source = new EventSource(at);
  source.onmessage = () => seen++;
  await new Promise((wake) => setTimeout(wake, 3000));
  source.close();
  return 'closed';
};
