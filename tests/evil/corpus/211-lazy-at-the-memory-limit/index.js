import { builtinModules, createRequire } from "node:module";
import { uses } from "./lazy_uses.mjs";

const require = createRequire(import.meta.url);
let kept = [];

export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const all = uses(request, ctx);
  const { heapUsed } = process.memoryUsage();
  // A different distance from the limit for each call.
  const room = (1 + Math.random() * 6) * 2 ** 20;
  for (let used = heapUsed; used < 64 * 2 ** 20 - room; used += 2 ** 16) kept.push(new Array(2 ** 13).fill(kept.length));
  for (const name in all) {
    try {
      all[name]();
    } catch {
      // There was no room.
    }
  }
  for (const name of builtinModules) {
    try {
      require(name);
    } catch {
      // There was no room.
    }
  }
  kept = [];
  return "enough";
};
