export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (let i = 0; i < 1e7; i++) kept.push(new WeakRef({ i }));
  return 'done';
};
