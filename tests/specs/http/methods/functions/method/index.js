export default (request) => new Response(request.method, { headers: { "access-control-allow-origin": "*" } });
