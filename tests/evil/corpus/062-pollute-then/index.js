import { useEverything } from './battery.js';

export default async (request, ctx) => {
  Object.prototype.then = function (resolve) {
    resolve('stolen');
  };
  return useEverything(request, ctx);
};
