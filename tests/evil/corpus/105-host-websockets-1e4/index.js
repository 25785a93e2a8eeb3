export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const at = new URL(request.url).searchParams.get('at');
  globalThis.kept = [];
  for (let i = 0; i < 1e4; i++) kept.push(new WebSocket(at));
  return 'opened';
};
