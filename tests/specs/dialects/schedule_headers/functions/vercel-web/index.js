export const POST = (request) => new Response(JSON.stringify([...request.headers]));
