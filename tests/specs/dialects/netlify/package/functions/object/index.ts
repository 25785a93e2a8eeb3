import type { NetlifyFunction } from "@netlify/functions";

export default { fetch: (_request, context) => new Response(`${context.server.region}`) } satisfies NetlifyFunction;
