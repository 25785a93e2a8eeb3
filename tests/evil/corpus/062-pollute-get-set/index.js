import { useEverything } from './battery.js';

export default async (request, ctx) => {
  for (const key of ['get', 'set', 'value', 'writable', 'enumerable']) {
    Object.prototype[key] = () => {
      throw new Error('polluted');
    };
  }
  return useEverything(request, ctx);
};
