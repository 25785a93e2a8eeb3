import netlify, { BACKGROUND_FUNCTION_TIMEOUT, builder, SYNCHRONOUS_FUNCTION_TIMEOUT, getContext, purgeCache, schedule } from "@netlify/functions";
import { createRequire } from "node:module";

let outside;
try { getContext(); } catch (error) { outside = error.message; }

export const handler = builder(async () => {
  const context = getContext();
  await purgeCache({ tags: ["news"] });
  return {
    statusCode: 200,
    body: JSON.stringify({
      same: netlify.schedule === schedule && createRequire(import.meta.url)("@netlify/functions").schedule === schedule,
      limits: [SYNCHRONOUS_FUNCTION_TIMEOUT, BACKGROUND_FUNCTION_TIMEOUT],
      names: Object.keys(netlify).sort(),
      context: [context.url.pathname, context.ip, context === getContext(), typeof context.waitUntil],
      outside,
    }),
  };
});
