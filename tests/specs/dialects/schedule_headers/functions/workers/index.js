export default { fetch: (request) => new Response(JSON.stringify([...request.headers])) };
