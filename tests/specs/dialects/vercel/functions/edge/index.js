export const config = { runtime: "edge" };
export default (request, context) => new Response(`edge ${new URL(request.url).pathname} ${typeof context.waitUntil}`);
