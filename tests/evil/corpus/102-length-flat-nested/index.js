export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([new Proxy([], { get: (t, k) => (k === 'length' ? 2 ** 53 - 1 : t[k]) })].flat());
};
