import { useEverything } from './battery.js';

export default async (request, ctx) => {
  for (const type of [Array, Promise, ArrayBuffer, Object.getPrototypeOf(Uint8Array), RegExp]) {
    Object.defineProperty(type, Symbol.species, { get() {
      throw new Error('polluted');
    } });
  }
  Object.defineProperty(Array.prototype, 'constructor', { get() {
    throw new Error('polluted');
  } });
  return useEverything(request, ctx);
};
