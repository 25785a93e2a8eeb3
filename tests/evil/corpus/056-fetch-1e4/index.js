export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const at = new URL(request.url).searchParams.get('at');
  await Promise.all(Array.from({ length: 1e4 }, () => fetch(at)));
  return 'done';
};
