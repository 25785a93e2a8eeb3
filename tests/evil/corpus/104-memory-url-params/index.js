export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const params = new URLSearchParams();
  for (let i = 0; ; i++) params.append('k'.repeat(100) + i, 'v');
};
