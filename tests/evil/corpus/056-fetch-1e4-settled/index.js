export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const at = new URL(request.url).searchParams.get('at');
  for (let i = 0; i < 1e4; i++) fetch(at).catch(() => {});
  return 'done';
};
