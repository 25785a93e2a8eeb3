import { useEverything } from './battery.js';

export default async (request, ctx) => {
  Object.setPrototypeOf(Array.prototype, new Proxy(Object.prototype, { get(target, key) {
    if (typeof key === 'string' && /^\d+$/.test(key)) throw new Error('polluted');
    return Reflect.get(target, key);
  }, has: () => true }));
  return useEverything(request, ctx);
};
