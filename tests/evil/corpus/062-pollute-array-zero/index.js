import { useEverything } from './battery.js';

export default async (request, ctx) => {
  Object.defineProperty(Array.prototype, 0, { set() {
    throw new Error('polluted');
  }, get() {
    return 'stolen';
  }, configurable: true });
  return useEverything(request, ctx);
};
