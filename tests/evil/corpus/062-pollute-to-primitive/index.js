import { useEverything } from './battery.js';

export default async (request, ctx) => {
  Object.prototype[Symbol.toPrimitive] = () => {
    throw new Error('polluted');
  };
  Object.prototype.toString = Object.prototype.valueOf = null;
  Symbol.prototype.description = 0;
  return useEverything(request, ctx);
};
