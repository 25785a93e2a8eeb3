import { useEverything } from './battery.js';

export default async (request, ctx) => {
  for (const key of Reflect.ownKeys(globalThis)) {
    try {
      globalThis[key] = class Stolen {};
    } catch {}
  }
  return useEverything(request, ctx);
};
