import { useEverything } from './battery.js';

export default async (request, ctx) => {
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  for (const key of Reflect.ownKeys(typed)) Reflect.deleteProperty(typed, key);
  for (const key of Reflect.ownKeys(ArrayBuffer.prototype)) Reflect.deleteProperty(ArrayBuffer.prototype, key);
  return useEverything(request, ctx);
};
