export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const traps = {};
  const proxy = new Proxy({}, traps);
  for (const name of ['get', 'has', 'ownKeys', 'getPrototypeOf', 'isExtensible']) traps[name] = Reflect[name].bind(null, proxy);
  const target = Object.create(null);
  const ring = new Proxy(target, {});
  Object.setPrototypeOf(target, Object.create(ring));
  const attempts = [
    () => proxy.x,
    () => 'x' in proxy,
    () => Reflect.ownKeys(proxy),
    () => Object.getPrototypeOf(proxy),
    () => Object.isExtensible(proxy),
    () => ring.x,
    () => 'x' in ring,
    () => { ring.x = 1; },
    () => Object.prototype.isPrototypeOf.call({}, ring),
    () => ring instanceof class {},
    () => { for (const key in ring) key; },
    () => `${ring}`,
    () => JSON.stringify(ring),
    () => structuredClone(ring),
    () => ring.__defineGetter__,
    () => Object.prototype.__lookupGetter__.call(ring, 'x'),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch {}
  }
  return 'survived';
};
