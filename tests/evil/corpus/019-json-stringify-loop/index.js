export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const all = Array.from({ length: 1e6 }, (_, i) => ({ i }));
  for (let n = 0; n < 200; n++) JSON.stringify(all);
  return 'done';
};
