import { useEverything } from './battery.js';

export default async (request, ctx) => {
  const seen = new Set([Reflect]);
  const todo = [globalThis];
  const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys, deleteProperty } = Reflect;
  while (todo.length > 0 && seen.size < 5000) {
    const object = todo.pop();
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null || seen.has(object)) continue;
    seen.add(object);
    try {
      todo.push(getPrototypeOf(object));
      for (const key of ownKeys(object)) todo.push(getOwnPropertyDescriptor(object, key).value);
    } catch {}
  }
  for (const object of [...seen]) {
    if (object === globalThis || object === Reflect) continue;
    try {
      for (const key of Reflect.ownKeys(object)) Reflect.deleteProperty(object, key);
    } catch {}
  }
  return useEverything(request, ctx);
};
