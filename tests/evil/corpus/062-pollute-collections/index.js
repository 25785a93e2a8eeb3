import { useEverything } from './battery.js';

export default async (request, ctx) => {
  for (const type of [Map, Set, WeakMap, WeakSet, WeakRef]) {
    for (const key of Reflect.ownKeys(type.prototype)) Reflect.deleteProperty(type.prototype, key);
  }
  return useEverything(request, ctx);
};
