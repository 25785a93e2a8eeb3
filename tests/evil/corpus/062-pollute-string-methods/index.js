import { useEverything } from './battery.js';

export default async (request, ctx) => {
  for (const key of Reflect.ownKeys(String.prototype)) {
    if (key !== 'constructor' && key !== 'length') delete String.prototype[key];
  }
  return useEverything(request, ctx);
};
