export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const one = { done: false, value: 1 };
  return String(new Set([1]).isSupersetOf({ size: 1, has: Object, keys: () => ({ next: Object.bind(null, one) }) }));
};
