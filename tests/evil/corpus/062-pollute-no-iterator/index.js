import { useEverything } from './battery.js';

export default async (request, ctx) => {
  delete Array.prototype[Symbol.iterator];
  delete String.prototype[Symbol.iterator];
  delete Map.prototype[Symbol.iterator];
  delete Object.getPrototypeOf([][Symbol.iterator]?.() ?? {}).next;
  return useEverything(request, ctx);
};
