import { useEverything } from './battery.js';

export default async (request, ctx) => {
  Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => {
    throw new Error('polluted');
  };
  return useEverything(request, ctx);
};
