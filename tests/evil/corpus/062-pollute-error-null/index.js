import { useEverything } from './battery.js';

export default async (request, ctx) => {
  globalThis.Error = globalThis.TypeError = globalThis.RangeError = globalThis.DOMException = null;
  return useEverything(request, ctx);
};
