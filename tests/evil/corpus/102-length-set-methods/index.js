export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Set([1]).union({ size: Infinity, has: () => true, keys: () => ({ next: () => ({ value: {}, done: false }) }) }));
};
