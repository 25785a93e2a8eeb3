export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  throw proxy;
};
