export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const set = new Set([0]);
  for (const x of set) {
    set.delete(x);
    set.add(x + 1);
  }
  return 'never';
};
