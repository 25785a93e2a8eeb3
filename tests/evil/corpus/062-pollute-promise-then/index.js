import { useEverything } from './battery.js';

export default async (request, ctx) => {
  Promise.prototype.then = () => new Promise(() => {});
  Promise.prototype.finally = null;
  Promise.resolve = Promise.all = null;
  return useEverything(request, ctx);
};
