import { useEverything } from './battery.js';

export default async (request, ctx) => {
  Object.prototype.toJSON = () => {
    throw new Error('polluted');
  };
  JSON.stringify = () => '{';
  JSON.parse = () => null;
  return useEverything(request, ctx);
};
