export default { fetch: async (_request, { remoteAddr }) => new Response(remoteAddr.hostname) } satisfies Deno.ServeDefaultExport;
